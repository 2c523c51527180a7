"""Gazetteers: named things with every way in which they are written, read from files."""
