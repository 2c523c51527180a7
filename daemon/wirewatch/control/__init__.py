"""Control: what people ask of a running daemon, over its socket in the file system."""
