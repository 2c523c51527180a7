"""The crash suite: the real daemon, killed again and again. Run it with `pytest tests/crash`."""
