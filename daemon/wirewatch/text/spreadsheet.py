"""Cells for spreadsheets: nothing that somebody else wrote is calculated, or acts on a terminal."""

from wirewatch.text.visible import visible

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula (https://owasp.org/www-community/attacks/CSV_Injection)."""


def cell(value: object) -> object:
    """Give a cell that is text to a spreadsheet where it is text; numbers stay numbers."""
    if not isinstance(value, str):
        return value
    return visible(f"'{value}" if value.startswith(_FORMULAS) else value)
