"""The journeys: an arrival's from hint to commit, and a delivery's from outbox to receipt."""
