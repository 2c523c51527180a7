"""Mutated files through the whole examiner, guided by what code they reach: `make fuzz`."""
