"""The soak: one site for half an hour, with faults at random. Run it with `make soak`."""
