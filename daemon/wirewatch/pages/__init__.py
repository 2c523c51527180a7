"""The pages in the browser: Datasette over the store, with pages of our own. A process of its own.

Nothing here writes to the store: what changes something goes to the daemon's socket.
"""
