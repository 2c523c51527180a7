"""The fault suite: the real daemon on disks that fail. Run it with `make test-faults`."""
