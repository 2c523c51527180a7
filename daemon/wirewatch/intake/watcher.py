"""The only door to watchdog: turns file system events into hints, and notices when it goes blind.

What is done here about watchdog's ways, each pinned by a test: full events, so that a rename into
place is told from an unfinished file; no wait for the other half of a move, which would hold back
all later events for half a second; overflow answered by a scan; roots that were replaced, dead
emitters and folders beyond the system's watch limit found by `check`.
"""

import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from watchdog.events import (
    DirCreatedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers.api import BaseObserver, EventEmitter, ObservedWatch
from watchdog.observers.inotify import InotifyEmitter, InotifyObserver
from watchdog.observers.inotify_move_event_grouper import InotifyMoveEventGrouper
from watchdog.observers.polling import PollingObserver

from wirewatch.event import Event
from wirewatch.intake.filesystem import kind_of, tells_of_changes
from wirewatch.intake.hints import Hint, Kind
from wirewatch.states import Watching

_log = logging.getLogger("wirewatch.intake")

InotifyMoveEventGrouper.delay = 0.0  # see the module's docstring

_INOTIFY_EVENTS = [
    FileClosedEvent, FileMovedEvent, FileCreatedEvent, DirCreatedEvent, DirMovedEvent,
]  # fmt: skip
_POLLING_EVENTS = [
    FileCreatedEvent, FileModifiedEvent, FileMovedEvent, DirCreatedEvent, DirMovedEvent,
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder to watch, and how."""

    name: str
    path: Path
    recursive: bool
    watching: Watching
    poll_seconds: float


@dataclass
class _Watched:
    """A folder as it is being watched."""

    folder: Folder
    observer: BaseObserver | None = None
    watch: ObservedWatch | None = None
    identity: tuple[int, int] | None = None
    polling: bool = False
    missed: frozenset[str] = frozenset()


@dataclass
class Watcher:
    """Watches folders and passes what it sees to `hint`; call `check` every few seconds."""

    folders: Sequence[Folder]
    hint: Callable[[Hint], None]
    _watched: list[_Watched] = field(default_factory=list)
    _overflow: "_OverflowListener | None" = None
    _overflowed: bool = False
    overflows: int = 0

    def start(self) -> None:
        """Begin to watch; a folder that is not there yet is watched as soon as `check` sees it."""
        self._overflow = _OverflowListener(self._lost_events)
        self._watched = [_Watched(folder) for folder in self.folders]
        for watched in self._watched:
            self._begin(watched)

    def stop(self) -> None:
        """Stop watching, and wait a moment until the threads have ended."""
        for watched in self._watched:
            _end(watched)
        if self._overflow:
            self._overflow.close()

    def check(self, *, count: bool = False) -> list[str]:
        """Find folders that are not watched as they should be, and watch them anew.

        Each one mended is also listed again. With `count` the folders below an inbox are counted
        and compared with what is watched, which takes a walk through all of it. Gives what was
        wrong, one line each.
        """
        problems = []
        if self._overflowed:
            self._overflowed = False
            self._rescan_all()
        for watched in self._watched:
            problem = _problem(watched, count=count)
            if problem:
                problems.append(f"inbox {watched.folder.name}: {problem}")
                _end(watched)
                self._begin(watched, poll=problem == _TOO_MANY)
                self.hint(Hint(watched.folder.name, str(watched.folder.path), Kind.FOLDER))
        return problems

    def polls(self, name: str) -> bool:
        """Tell whether an inbox is watched by polling."""
        return any(watched.polling for watched in self._watched if watched.folder.name == name)

    def blind(self) -> list[str]:
        """Name the inboxes that are not watched just now."""
        return [
            one.folder.name
            for one in self._watched
            if not one.observer or _problem(one, count=False)
        ]

    def watches(self) -> int:
        """Count the folders that inotify watches."""
        return sum(len(_watches(one.observer.emitters)) for one in self._watched if one.observer)

    def _begin(self, watched: _Watched, *, poll: bool = False) -> None:
        """Watch one folder by events, or by polling where events cannot be trusted."""
        folder = watched.folder
        watched.identity = _identity(folder.path)
        if watched.identity is None:
            return
        if folder.watching is Watching.AUTO:
            kind = kind_of(folder.path)
            if not tells_of_changes(kind):
                _log.info(Event("polled", inbox=folder.name, filesystem=kind))
                poll = True
        poll = poll or folder.watching is Watching.POLLING
        for watched.polling in (True,) if poll else (False, True):
            try:
                _observe(watched, self.hint)
            except OSError as error:
                way = "not-polled" if watched.polling else "not-watched"
                _log.warning(Event(way, inbox=folder.name, error=error.strerror))
            else:
                return

    def _lost_events(self) -> None:
        """List every folder now, and once more when watchdog has surely watched them anew."""
        self._overflowed, self.overflows = True, self.overflows + 1
        self._rescan_all()

    def _rescan_all(self) -> None:
        """Ask for every folder to be listed."""
        for watched in self._watched:
            self.hint(Hint(watched.folder.name, str(watched.folder.path), Kind.FOLDER))


class _Handler(FileSystemEventHandler):
    """Runs under the observer's lock, so it does nothing but pass a hint."""

    def __init__(self, folder: Folder, hint: Callable[[Hint], None], *, closes: bool) -> None:
        self._inbox = folder.name
        self._given = str(folder.path)
        self._real = os.path.realpath(folder.path)
        self._hint = hint
        self._moved = Kind.WHOLE if closes else Kind.APPEARED

    def dispatch(self, event: FileSystemEvent) -> None:
        """Turn one event into a hint, or into nothing."""
        kind, path = self._read(event)
        if path:
            below = os.fsdecode(path).removeprefix(self._real)
            self._hint(Hint(self._inbox, self._given + below, kind))

    def _read(self, event: FileSystemEvent) -> tuple[Kind, bytes | str]:
        """Tell what an event says; a move out of the folder has no destination."""
        match event:
            case FileClosedEvent():
                return Kind.WHOLE, event.src_path
            case FileMovedEvent():
                return self._moved, event.dest_path
            case FileCreatedEvent() | FileModifiedEvent():
                return Kind.APPEARED, event.src_path
            case DirMovedEvent():
                return Kind.FOLDER, event.dest_path
            case _:
                return Kind.FOLDER, event.src_path


class _OverflowListener(logging.Handler):
    """Hears watchdog say that events were lost; it says so in its log and nowhere else."""

    def __init__(self, lost: Callable[[], None]) -> None:
        super().__init__(logging.WARNING)
        self._lost = lost
        self._logger = logging.getLogger("watchdog.observers.inotify_c")
        self._logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Ask for a scan when events were lost."""
        if "queue overflowed" in record.getMessage():
            self._lost()

    def close(self) -> None:
        """Stop listening."""
        self._logger.removeHandler(self)
        super().close()


_ENDING = 0.5  # seconds for a thread that lists a folder: on a mount that hangs it never ends
_TOO_MANY = "more folders than the system lets be watched (fs.inotify.max_user_watches); polling"


def _observe(watched: _Watched, hint: Callable[[Hint], None]) -> None:
    """Start watchdog on one folder, or on what it leads to. Raises OSError when refused."""
    folder = watched.folder
    handler = _Handler(folder, hint, closes=not watched.polling)
    observer: BaseObserver
    if watched.polling:
        observer = PollingObserver(timeout=folder.poll_seconds)
    else:
        observer = InotifyObserver(generate_full_events=True)
    events: list[Any] = _POLLING_EVENTS if watched.polling else _INOTIFY_EVENTS
    watched.watch = observer.schedule(
        handler, os.path.realpath(folder.path), recursive=folder.recursive, event_filter=events
    )
    watched.observer = observer
    try:
        observer.start()
    except OSError:
        _end(watched)
        raise


def _end(watched: _Watched) -> None:
    """Stop watching one folder."""
    observer, watched.observer = watched.observer, None
    if observer is None:
        return
    observer.stop()
    if observer.is_alive():
        observer.join(_ENDING)
    elif isinstance(observer, InotifyObserver):
        observer.on_thread_stop()  # never started, but its reader was


def _problem(watched: _Watched, *, count: bool) -> str | None:
    """Tell what is wrong with the watching of one folder, if anything is."""
    now = _identity(watched.folder.path)
    if watched.observer is None:
        return "the folder has appeared" if now else None
    if now != watched.identity:
        return "the folder was replaced" if now else "the folder is gone"
    emitters: set[EventEmitter] = watched.observer.emitters
    threads = [watched.observer, *emitters]
    if isinstance(watched.observer, InotifyObserver):
        threads.append(watched.observer._inotify_fd)  # noqa: SLF001 - its reader, a third thread
    if not emitters or not all(thread.is_alive() for thread in threads):
        return "its watching thread had died"
    if count and not watched.polling and _unwatched(watched, emitters):
        return _TOO_MANY
    return None


def _unwatched(watched: _Watched, emitters: set[EventEmitter]) -> bool:
    """Tell whether folders below the inbox have no watch, and had none at the last count.

    A folder that is new is watched in a moment; one that stays unwatched is beyond the limit.
    """
    if not watched.folder.recursive:
        return False
    folders = {folder for folder, _, _ in os.walk(os.path.realpath(watched.folder.path))}
    missed, before = frozenset(folders - _watches(emitters)), watched.missed
    watched.missed = missed
    return bool(missed & before)


def _watches(emitters: set[EventEmitter]) -> set[str]:
    """Give the folders that inotify watches."""
    return {
        os.fsdecode(path)
        for emitter in list(emitters)
        if isinstance(emitter, InotifyEmitter) and emitter._inotify is not None  # noqa: SLF001
        for path in list(emitter._inotify._active_callbacks_by_path)  # noqa: SLF001 - no public list
    }


def _identity(path: Path) -> tuple[int, int] | None:
    """Tell one folder of this path from another, or None when there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
