"""A simulated year of a busy desk. Run it with `make test-year`; WIREWATCH_SEED gives another."""
