"""The seal: a secret beside the store, by which links that change something are known as ours."""

import contextlib
import errno
import hashlib
import hmac
import os
import secrets
from pathlib import Path

PATH = "/acknowledge"
"""Where such links lead; behind it stand a message's ref and its token."""

_BYTES = 32
_DIGITS = 32  # of a token: 128 bits, which nobody guesses


def seal_of(store: Path) -> bytes:
    """Read the secret of a store, made when it is first asked for; only its owner may read it.

    Raises OSError when it can be neither read nor made.
    """
    path = store.with_name(store.name + ".seal")
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _make(path)
    seal = path.read_bytes()
    if len(seal) != _BYTES:
        raise OSError(errno.EINVAL, f"{path.name} is damaged; delete it, and links work anew", path)
    return seal


def _make(path: Path) -> None:
    """Make a secret, so that it is whole under its name or not there; the first one counts."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    made = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(made, "wb") as file:
            file.write(secrets.token_bytes(_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(part, path)
    finally:
        part.unlink()


def token_of(seal: bytes, ref: str) -> str:
    """Give what a link to acknowledge a message must hold: nobody makes it without the seal."""
    digest = hmac.new(seal, b"acknowledge\x00" + ref.encode(), hashlib.sha256).hexdigest()
    return digest[:_DIGITS]


def acknowledging(url: str, seal: bytes, ref: str) -> str:
    """Give the link by which a message's alerts are taken on, where there is a server for it."""
    return f"{url}{PATH}/{ref}/{token_of(seal, ref)}" if url and seal else ""


def is_sealed(seal: bytes, ref: str, token: str) -> bool:
    """Tell whether a token is that of a message, in a time that tells nothing."""
    return hmac.compare_digest(token_of(seal, ref), token)
