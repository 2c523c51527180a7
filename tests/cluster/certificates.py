"""Certificates of an authority of a test's own, made by openssl."""

import shutil
import subprocess
from pathlib import Path

OPENSSL = shutil.which("openssl")
_DAYS = "2"
_MAKING = 60.0  # seconds


class Authority:
    """Signs certificates in a folder; its own is `ca`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self.ca = folder / "ca.pem"
        self._key = folder / "ca.key"
        subject = ("-subj", f"/CN={folder.name}")
        _openssl("req", "-x509", *_fresh(self._key), *subject, "-days", _DAYS, "-out", self.ca)

    def signed(self, name: str, address: str = "127.0.0.1") -> tuple[Path, Path]:
        """Give a certificate for an address, and its key."""
        key, asked, made = (self._folder / f"{name}.{end}" for end in ("key", "csr", "pem"))
        extra = self._folder / f"{name}.ext"
        extra.write_text(f"subjectAltName=IP:{address}\n", encoding="ascii")
        _openssl("req", *_fresh(key), "-subj", f"/CN={name}", "-out", asked)
        by = ("-CA", self.ca, "-CAkey", self._key, "-CAcreateserial")
        _openssl("x509", "-req", "-in", asked, *by, "-days", _DAYS, "-extfile", extra, "-out", made)
        return made, key


def _fresh(key: Path) -> tuple[object, ...]:
    """Say that a key is to be made, and where."""
    return "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key


def _openssl(*words: object) -> None:
    """Run openssl."""
    assert OPENSSL
    ran = [OPENSSL, *map(str, words)]
    done = subprocess.run(ran, capture_output=True, text=True, timeout=_MAKING, check=False)
    assert done.returncode == 0, done.stderr
