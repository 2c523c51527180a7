"""Text as it is compared: folded, with word boundaries and sentences."""
