"""Wirewatch: files land in folders, people are told what they must not miss."""

__version__ = "0.1.0"
