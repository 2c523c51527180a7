"""The cluster suite: a broker of several nodes, for real. Run it with `make test-cluster`."""
