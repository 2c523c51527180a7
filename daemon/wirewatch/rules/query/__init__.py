"""The tree of a query: one file for each kind of operator, all of them nodes of one form."""
