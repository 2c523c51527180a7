"""Delivers stories into inboxes the way agencies do, and keeps its own books of what it did."""

import hashlib
import os
import random
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from trials.stories import Story, broken, condemned, reflowed, stories

SEEDS = [
    path
    for path in sorted((Path(__file__).parents[2] / "seeds").glob("[0-9]*"))
    if not path.name.endswith(".expected.json")
]
"""A file of every format."""

_CHUNKS = 4
_BETWEEN_CHUNKS = 0.015  # seconds, well below the time after which an inbox takes a file as whole


@dataclass(frozen=True)
class Delivered:
    """One file that was delivered whole."""

    inbox: str
    path: str
    sha256: str
    story: Story


@dataclass
class Agency:
    """Everything that is put into the inboxes goes through here."""

    inboxes: dict[str, Path]
    rng: random.Random
    delivered: list[Delivered] = field(default_factory=list)
    planned: dict[str, Story] = field(default_factory=dict)
    """By digest, everything that was ever begun to be written."""
    free: dict[str, list[str]] = field(default_factory=dict)
    """By inbox, names whose earlier file is dealt with: a new one may come under them, once."""
    syncs: bool = False
    """Whether it has on disk what it calls delivered."""
    reuses: bool = True
    mode: int = 0o644
    in_place: bool = True
    """Whether it writes some files slowly under their final name."""
    has_seeds: bool = False
    """Whether it delivers the seeds too, of which the books say only that they are accounted for."""
    strangers: set[str] = field(default_factory=set)
    """The digests of such files."""
    _count: int = 0

    def __post_init__(self) -> None:
        """Begin to write stories."""
        self._stories = stories(self.rng)
        self._quiet = (story for story in stories(self.rng) if not story.alerts)
        self._past: list[Story] = []
        self._doomed: list[Story] = []
        self._reused: set[tuple[str, str]] = set()

    def one_each(self, inboxes: Collection[str] = ()) -> None:
        """Rename a new story into each inbox."""
        for inbox in inboxes or self.inboxes:
            self.rename_in(inbox, self.story())

    def story(self) -> Story:
        """Give the next story."""
        story = next(self._stories)
        self._past.append(story)
        return story

    def something(self) -> None:
        """Deliver one or several files, in a manner and of a kind that chance decides."""
        inbox = self.rng.choice(list(self.inboxes))
        if self.has_seeds and self.rng.random() < 0.2:
            self.deliver_seed()
            return
        match self.rng.choices(
            ("rename", "slow", "burst", "copy", "reflowed", "condemned", "kill", "broken"),
            (8, 4, 1, 1, 1, 2, 2, 1),
        )[0]:
            case "rename":
                self.rename_in(inbox, self.story())
            case "slow" if self.in_place:
                self.write_slowly(inbox, self.story())
            case "burst":
                for _ in range(10):
                    self.rename_in(inbox, self.story())
            case "copy" if self._past:
                self.rename_in(inbox, self.rng.choice(self._past))
            case "reflowed" if self._past:
                self.rename_in(inbox, reflowed(self.rng.choice(self._past)))
            case "condemned":
                story = condemned(self.rng)
                self._doomed.append(story)
                self.rename_in(inbox, story)
            case "kill" if self._doomed:
                doomed = self._doomed.pop(self.rng.randrange(len(self._doomed)))
                assert doomed.kill
                self.rename_in(inbox, doomed.kill)
            case _:
                self.rename_in(inbox, broken(self.rng))

    def deliver_seed(self) -> None:
        """Rename a file of the seeds into place, whatever it holds."""
        seed = self.rng.choice(SEEDS)
        data = seed.read_bytes()
        self.strangers.add(hashlib.sha256(data).hexdigest())
        self._count += 1
        place = self._place("left", f"seeds/{self._count:05d}-{seed.name}")
        temporary = place.with_name(f".{self._count}.part")
        temporary.write_bytes(data)
        temporary.rename(place)

    def rename_in(self, inbox: str, story: Story, name: str = "") -> str:
        """Write under a temporary name, then rename; give the file's path in the inbox."""
        path = name or self._name(inbox)
        place = self._place(inbox, path)
        temporary = place.with_name(f".{self._count}.part")
        self._begin(story)
        temporary.write_bytes(story.data)
        self._sync(temporary)
        temporary.chmod(self.mode)
        temporary.rename(place)
        self._sync(place.parent, self.inboxes[inbox])
        self._end(inbox, path, story)
        return path

    def write_slowly(self, inbox: str, story: Story) -> None:
        """Write in place, bit by bit, and close."""
        path = self._name(inbox, fresh=True)
        place = self._place(inbox, path)
        self._begin(story)
        size = len(story.data) // _CHUNKS + 1
        pause = threading.Event()
        with place.open("wb", buffering=0) as file:
            for start in range(0, len(story.data), size):
                file.write(story.data[start : start + size])
                pause.wait(_BETWEEN_CHUNKS)
        self._sync(place, place.parent, self.inboxes[inbox])
        self._end(inbox, path, story)

    def write_open(self, inbox: str, story: Story) -> Callable[[], None]:
        """Write a story in place; give what closes it."""
        path = self._name(inbox, fresh=True)
        self._begin(story)
        file = self._place(inbox, path).open("wb", buffering=0)
        file.write(story.data)

        def finish() -> None:
            file.close()
            self._end(inbox, path, story)

        return finish

    def quiet_story(self) -> Story:
        """Give a new story of which nobody is told."""
        return next(self._quiet)

    def send_again(self, one: Delivered) -> None:
        """Deliver once more what was lost on the agency's own side of the door."""
        self.delivered.remove(one)
        self.rename_in(one.inbox, one.story, one.path)

    def _sync(self, *paths: Path) -> None:
        """Wait until files and folders are on disk, if the agency is one that does."""
        for path in paths if self.syncs else ():
            handle = os.open(path, os.O_RDONLY)
            os.fsync(handle)
            os.close(handle)

    def _begin(self, story: Story) -> None:
        """Note what is about to be written, before the daemon can see it."""
        self.planned[hashlib.sha256(story.data).hexdigest()] = story

    def _end(self, inbox: str, path: str, story: Story) -> None:
        """Note what was delivered."""
        digest = hashlib.sha256(story.data).hexdigest()
        self.delivered.append(Delivered(inbox, path, digest, story))

    def _name(self, inbox: str, *, fresh: bool = False) -> str:
        """Make a new name, or take one that is free again."""
        self._count += 1
        free = [path for path in self.free.get(inbox, ()) if (inbox, path) not in self._reused]
        if free and not fresh and self.reuses and self.rng.random() < 0.2:
            self._reused.add((inbox, free[0]))
            return free[0]
        folder = "regional/" if self.rng.random() < 0.2 else ""
        return f"{folder}{self._count:05d}.txt"

    def _place(self, inbox: str, path: str) -> Path:
        """Give the full path, its folder made."""
        place = self.inboxes[inbox] / path
        place.parent.mkdir(exist_ok=True)
        return place


class Load:
    """An agency that delivers without a break in a thread of its own."""

    def __init__(self, agency: Agency, rng: random.Random) -> None:
        self._agency = agency
        self._rng = rng
        self._over = threading.Event()
        self.at_work = threading.Lock()
        """Hold it to let nothing be delivered meanwhile."""
        self._thread = threading.Thread(target=self._run, name="load")

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End after the file at hand."""
        self._over.set()
        self._thread.join(10)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        """Deliver until told to stop."""
        while not self._over.wait(self._rng.uniform(0.01, 0.12)):
            with self.at_work:
                self._agency.something()
