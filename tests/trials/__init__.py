"""The real daemon on trial: what it is given, what it is put through, and what is found wrong."""
