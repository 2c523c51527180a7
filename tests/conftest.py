"""What the tests share: a clock that only moves when told, and small things made on demand."""
