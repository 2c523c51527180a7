"""What people see: every word of every command passes here; none acts, and none is a secret.

It is done to the streams, not by each command, so that no command, no error and no log line can
forget it.
"""

import contextlib
import io
import sys
from collections.abc import Iterator
from typing import BinaryIO, TextIO

from wirewatch.masking import masked
from wirewatch.text.visible import visible


class Shown(io.TextIOBase):
    """A stream with escapes for what acts, stars for secrets; `plain` is the stream beneath."""

    def __init__(self, plain: TextIO) -> None:
        self.plain = plain

    def write(self, text: str) -> int:
        """Write a text; one that the stream's encoding cannot say is escaped too."""
        encoding = self.plain.encoding or "utf-8"
        said = visible(masked(text)).encode(encoding, "backslashreplace").decode(encoding)
        self.plain.write(said)
        return len(text)

    @property
    def buffer(self) -> BinaryIO:
        """Give the bytes beneath, for what is no text."""
        return self.plain.buffer

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """Give the encoding of the stream."""
        return self.plain.encoding

    def flush(self) -> None:
        """Flush the stream."""
        self.plain.flush()

    def isatty(self) -> bool:
        """Tell whether somebody looks."""
        return self.plain.isatty()

    def fileno(self) -> int:
        """Give the stream's descriptor."""
        return self.plain.fileno()


def data() -> TextIO:
    """Give the stream for what programs read, and what was made harmless: it stays as it is."""
    stream = sys.stdout
    plain = stream.plain if isinstance(stream, Shown) else stream
    return stream if plain.isatty() else plain


@contextlib.contextmanager
def nothing_acts() -> Iterator[None]:
    """Let all that is printed and logged until the end pass here."""
    with (
        contextlib.redirect_stdout(Shown(sys.stdout)),
        contextlib.redirect_stderr(Shown(sys.stderr)),
    ):
        yield
