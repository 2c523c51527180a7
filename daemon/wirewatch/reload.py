"""Rules, lists and channels taken in anew while the daemon runs: checked whole, swapped whole.

A configuration at fault leaves the old one at work, and says so until it is mended.
"""

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from wirewatch.clock import Clock
from wirewatch.deployment import Deployment, files_of, load_deployment
from wirewatch.errors import ConfigError
from wirewatch.event import Event
from wirewatch.store.database import Store, StoreUnavailableError
from wirewatch.store.notices import Notice, set_notice

_log = logging.getLogger("wirewatch.rules")

_LOOK = 2.0  # seconds between two looks at the files


class Reloading:
    """The thread that looks whether the configuration's files have changed, and takes them in.

    Without a store nothing is noted for `wirewatch status`. `announced` is entered around each
    reload, to tell the service manager of it.
    """

    def __init__(
        self,
        path: Path,
        deployment: Deployment,
        store: Store | None,
        clock: Clock,
        swap: Callable[[Deployment], None],
    ) -> None:
        self._path = path
        self._deployment = deployment
        self._store = store
        self._clock = clock
        self._swap = swap
        self.announced: Callable[[], AbstractContextManager[None]] = nullcontext
        self.load: Callable[[Path], Deployment] = load_deployment
        self._known = deployment.files
        self._seen = self._known
        self._asked = threading.Event()
        self._wake = threading.Event()
        self._stopping = False

    def ask(self) -> None:
        """Ask for a reload, whether files have changed or not. Safe to call from a signal."""
        self._asked.set()
        self._wake.set()

    def stop(self) -> None:
        """Ask the thread to end."""
        self._stopping = True
        self._wake.set()

    def run(self) -> None:
        """Look now and then, until asked to stop."""
        self._notice(Notice.RULES, self._deployment.version)
        self._notice(Notice.RELOAD_FAULT, None)
        while not self._stopping:
            self._wake.wait(_LOOK)
            self._wake.clear()
            if not self._stopping:
                self.look()

    def look(self) -> None:
        """Reload when asked to, or when files have changed and lie still since the last look."""
        now = files_of(self._path)
        settled, self._seen = now == self._seen, now
        if self._asked.is_set() or (settled and now != self._known):
            self._asked.clear()
            self._known = now
            with self.announced():
                self.reload()

    def reload(self) -> None:
        """Take the configuration in anew, or say what is wrong with it and keep the old one."""
        try:
            fresh = self.load(self._path)
        except ConfigError as error:
            self._notice(Notice.RELOAD_FAULT, str(error))
            for fault in error.faults:
                _log.error(
                    Event("not-reloaded", fault=str(fault), then="the old rules stay at work")
                )
            return
        old = self._deployment
        if fresh.config.store != old.config.store or fresh.config.inboxes != old.config.inboxes:
            _log.warning(Event("restart-needed", changed="the store or the inboxes"))
        self._swap(fresh)
        self._deployment = fresh
        self._notice(Notice.RULES, fresh.version)
        self._notice(Notice.RELOAD_FAULT, None)
        _log.info(Event("reloaded", rules=len(fresh.rules), version=fresh.version))

    def _notice(self, notice: Notice, value: str | None) -> None:
        """Keep something for `wirewatch status`; a store that cannot be written does not matter."""
        if self._store is None:
            return
        try:
            with self._store.write() as db:
                set_notice(db, notice, value, self._clock())
        except StoreUnavailableError as error:
            _log.warning(Event("not-noted", notice=notice, error=str(error)))
