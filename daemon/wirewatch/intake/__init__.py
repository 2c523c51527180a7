"""Intake: from a folder to the bytes of whole files. Events are hints, the listing is the truth."""
