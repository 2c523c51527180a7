"""The service on a Debian host: a systemd of its own, booted, and Wirewatch installed on it."""
