"""What is delivered in a trial: files of many kinds, dropped into inboxes as fast as is wanted."""

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

LARGEST = 100_000
"""Bytes above which the trials' intakes parse a file themselves."""

_SEEDS = [
    path
    for path in sorted((Path(__file__).parents[2] / "seeds").glob("[0-9]*"))
    if path.suffix in {".txt", ".json", ".xml", ".rss", ".eml", ".md", ".anpa"}
    and not path.name.endswith(".expected.json")
]
_SYLLABLES = ("ba", "ke", "mi", "no", "ru", "sta", "ve", "lo", "qui", "der", "fan", "gor")
_AGENCIES = ("Trend", "Kazinform")
_RINGS = "Members asked about the aquifer below the old town."
_RING_EVERY = 25
_COPY_EVERY = 40  # the same bytes at another path
_ECHO_EVERY = 30  # the same words from another agency
_SEED_EVERY = 97
_BAD_EVERY = 701
_LARGE_AT = 50
_PAUSE = 0.02


class File(NamedTuple):
    """One file to be delivered; a `token` names the article that it is to become, if it is new."""

    name: str
    data: bytes
    token: str = ""
    bad: bool = False


def files(rng: random.Random) -> Iterator[File]:
    """Make files without end."""
    words = ["".join(rng.choices(_SYLLABLES, k=rng.randint(2, 4))) for _ in range(3000)]
    earlier = File("", b"")
    body = ""
    number = 0
    while True:
        number += 1
        name, token = f"{number:06d}.txt", f"q{rng.getrandbits(32):08x}-{number}"
        if number % _BAD_EVERY == 0:
            yield File(name, b"\x00\x01" + rng.randbytes(200), bad=True)
        elif number % _SEED_EVERY == 0:
            seed = rng.choice(_SEEDS)
            yield File(f"{number:06d}-{seed.name}", seed.read_bytes())
        elif number % _COPY_EVERY == 0:
            yield File(name, earlier.data)
        else:
            is_echo = number % _ECHO_EVERY == 0
            body = body if is_echo else _body(rng, words, rings=number % _RING_EVERY == 1)
            if number == _LARGE_AT:
                body = "\n\n".join(_body(rng, words, rings=False) for _ in range(LARGEST // 500))
            earlier = File(name, _story(token, _AGENCIES[is_echo], body), token)
            yield earlier


def _story(token: str, agency: str, body: str) -> bytes:
    """Write a story."""
    opening = f"Docket {token} came before the committee this week, {agency} reports."
    return f" date 2026-11-02 ASTANA, Kazakhstan, November 2. {opening}\n\n{body}\n".encode()


def _body(rng: random.Random, words: Sequence[str], *, rings: bool) -> str:
    """Write some paragraphs, which nothing else is like."""
    sentences = (" ".join(rng.choices(words, k=rng.randint(8, 14))) for _ in range(8))
    said = [f"{sentence.capitalize()}." for sentence in sentences]
    return "\n\n".join(([_RINGS] if rings else []) + [" ".join(said[:4]), " ".join(said[4:])])


@dataclass
class Feeder:
    """Drops files into inboxes in turn, as long as not too many are under way."""

    inboxes: Sequence[Path]
    total: int
    done: Callable[[], int]
    """Counts the files that were dealt with."""
    ahead: int = 1000
    """How many may be under way."""
    burst: int = 60
    delivered: list[tuple[Path, File]] = field(default_factory=list)
    most: int = 0
    """So many are delivered for now."""
    _stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        """Make the thread."""
        self._files = files(random.Random(7))  # noqa: S311 - no secret
        self._thread = threading.Thread(target=self._run, name="feeder")

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def stop(self) -> None:
        """Deliver no more."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(10)

    def _run(self) -> None:
        """Deliver until all is there."""
        while len(self.delivered) < self.total and not self._stopping.is_set():
            room = min(self.most, self.total, self.done() + self.ahead) - len(self.delivered)
            for _ in range(min(self.burst, room)):
                self._drop()
            self._stopping.wait(_PAUSE)

    def _drop(self) -> None:
        """Deliver a file whole: it is written by another name, then renamed."""
        file = next(self._files)
        inbox = self.inboxes[len(self.delivered) % len(self.inboxes)]
        part = inbox.with_name(f"{inbox.name}.part")
        part.write_bytes(file.data)
        self.delivered.append((inbox, file))
        part.rename(inbox / file.name)
