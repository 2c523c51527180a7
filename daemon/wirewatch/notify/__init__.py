"""Notify: from an alert to words, and from words to a person's screen."""
