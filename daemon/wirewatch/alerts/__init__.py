"""Alerts: what is worth telling to whom, and when. Pure functions on frozen values."""
