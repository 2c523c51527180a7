"""Archives and compressed files around any format: opened in memory, and within limits.

Nothing of them is ever written to disk, and the names in them are only ever shown.
"""
