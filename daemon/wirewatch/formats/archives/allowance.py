"""How much may come out of an archive: what is left of it while the archive is opened."""

from dataclasses import dataclass

from wirewatch.errors import Unreadable
from wirewatch.states import FileReason

_FREE = 1_000_000  # bytes that even a tiny file may expand to: a page of blanks is no attack


@dataclass(frozen=True, slots=True)
class Unpacking:
    """What archives may hold.

    `size` bounds all that comes out of one file, in bytes, `expansion` how many times its own
    size that may be, `members` their number, `depth` how many archives lie within each other, and
    `articles` how many there may be in all: they are stored together, and nothing meanwhile.
    """

    size: int = 200_000_000
    expansion: int = 200
    members: int = 10_000
    depth: int = 4
    articles: int = 10_000


class Allowance:
    """What may still come out of one file."""

    def __init__(self, unpacking: Unpacking, packed: int) -> None:
        self._unpacking = unpacking
        self._most = min(unpacking.size, max(_FREE, unpacking.expansion * packed))
        self._taken = 0
        self._members = 0
        self._packed = packed

    @property
    def left(self) -> int:
        """Give the bytes that may still come out."""
        return self._most - self._taken

    def take(self, size: int) -> None:
        """Note that bytes came out. Raises Unreadable (expands-too-far) when they are too many."""
        self._taken += size
        if self._taken > self._most:
            limit = f"{self._most:,} bytes come out of its {self._packed:,}"
            raise Unreadable(FileReason.EXPANDS_TOO_FAR, f"more than {limit}")

    def count(self) -> None:
        """Note that there is one more member. Raises Unreadable (expands-too-far)."""
        self._members += 1
        if self._members > self._unpacking.members:
            detail = f"it holds more than {self._unpacking.members:,} files"
            raise Unreadable(FileReason.EXPANDS_TOO_FAR, detail)

    def reach(self, depth: int) -> None:
        """Note how deep an archive lies in others. Raises Unreadable (expands-too-far)."""
        if depth > self._unpacking.depth:
            detail = f"archives in archives, more than {self._unpacking.depth} deep"
            raise Unreadable(FileReason.EXPANDS_TOO_FAR, detail)
