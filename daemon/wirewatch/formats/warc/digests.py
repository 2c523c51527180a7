"""What a record of a WARC file says of itself, held against its bytes."""

import hashlib
from base64 import b32encode, b64encode

_LINE_ENDS = b"\r\n\r\n", b"\n\n"


def is_damaged(block: bytes, block_digest: str | None, payload_digest: str | None) -> bool:
    """Tell a block that has changed since it was written.

    One digest that fits is enough: tools that copy records may write other spaces into headers of
    HTTP and keep the digest of the block, and what counts as payload is in dispute.
    """
    if not block_digest or _fits(block, block_digest) is not False:
        return False
    return not payload_digest or not _fits(_payload(block), payload_digest)


def _payload(block: bytes) -> bytes:
    """Give what follows the header of an answer; a block without one is all payload."""
    if not block.startswith(b"HTTP/"):
        return block
    ends = [block.find(end) + len(end) for end in _LINE_ENDS if end in block]
    return block[min(ends) :] if ends else b""


def _fits(data: bytes, declared: str) -> bool | None:
    """Compare bytes with a digest (`sha1:…`) in base 32, 16 or 64; None where it is unknown."""
    name, _, value = declared.strip().partition(":")
    name = name.lower().replace("-", "")
    if not value or name not in hashlib.algorithms_guaranteed or name.startswith("shake"):
        return None
    digest = hashlib.new(name, data, usedforsecurity=False).digest()
    as_letters = b32encode(digest).decode().rstrip("="), digest.hex().upper()
    as_base64 = b64encode(digest).decode().rstrip("=")
    value = value.rstrip("=")
    return value.upper() in as_letters or value.replace("-", "+").replace("_", "/") == as_base64
