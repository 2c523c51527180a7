"""The pages in a real browser, over a real daemon: `make test-browser`."""
