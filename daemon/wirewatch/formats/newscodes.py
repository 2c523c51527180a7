"""The topics of the IPTC, whose addresses have short names."""

import re

_ADDRESS = re.compile(r"https?://cv\.iptc\.org/newscodes/(mediatopic|subjectcode)[/:]([^/]+)/?")
_SCHEMES = {"mediatopic": "medtop", "subjectcode": "subj"}


def short(address: str) -> str:
    """Write the address of a topic as its code, `medtop:20000587`; what is none stays."""
    known = _ADDRESS.fullmatch(address)
    return f"{_SCHEMES[known[1]]}:{known[2]}" if known else address
