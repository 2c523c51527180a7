"""Rules: the query language, the gazetteers, and the matcher that runs all of them in one pass."""
