"""What Office keeps in compound files (OLE): documents of before 2007, and locked ones."""

from wirewatch.errors import Unreadable
from wirewatch.states import FileReason

_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_OLD = "WordDocument".encode("utf-16-le")
_MAIL = "__substg1.0_".encode("utf-16-le")  # Outlook's messages, to which documents are attached


def is_compound_of_office(data: bytes) -> bool:
    """Tell a locked document, and a document of Word of before 2007."""
    return data.startswith(_MAGIC) and _MAIL not in data and (_LOCKED in data or _OLD in data)


def refusal_of_compound(data: bytes) -> Unreadable:
    """Say why such a file is not read, and what to do."""
    if _LOCKED in data:
        return Unreadable(FileReason.ENCRYPTED, "a password is needed to open it")
    detail = "a Word document of before 2007: save it as .docx"
    return Unreadable(FileReason.UNKNOWN_FORMAT, detail)
