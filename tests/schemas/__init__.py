"""How each released version made its store; `freeze.py` writes the next."""
