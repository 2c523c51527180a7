"""The peers' own test files, read by our parsers. Run it with `pytest tests/peers`."""
