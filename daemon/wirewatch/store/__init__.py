"""The store: one SQLite file, written through sqlite-utils, read by anybody."""
