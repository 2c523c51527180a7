"""Past one machine: intakes, workers and desks, with a broker between them."""
