"""The languages that files declare, as BCP 47 writes them (https://www.rfc-editor.org/rfc/rfc5646)."""

import re

_TAG = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_CODE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


def tag_of(*declared: str) -> str | None:
    """Give the first of some declarations that has the form of a language tag, or None."""
    return next((one for one in declared if _TAG.fullmatch(one)), None)


def code_of(declared: str) -> str | None:
    """Give a declaration that begins with a language's own code of two or three letters, or None.

    So that where a person may have written anything, a language's name is no code.
    """
    return declared if _CODE.fullmatch(declared) else None
