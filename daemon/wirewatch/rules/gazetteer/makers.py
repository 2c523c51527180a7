"""What of this program decides which names there are, and where in a text they stand."""

import hashlib
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).parents[2]
COMPILING = ("rules/gazetteer/*.py", "text/*.py")
"""What decides how a list is compiled."""
FINDING = (*COMPILING, "rules/mentions.py", "rules/names.py", "rules/scan.py")
"""What decides which names are found in a text."""


@cache
def code_digest(patterns: tuple[str, ...]) -> str:
    """Digest a part of this program, named by patterns of paths below its package."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in patterns for path in _PACKAGE.glob(pattern)):
        inside = path.read_bytes()
        digest.update(repr((path.name, len(inside))).encode())
        digest.update(inside)
    return digest.hexdigest()[:16]
