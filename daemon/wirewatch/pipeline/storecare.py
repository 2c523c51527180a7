"""Care of the store while the daemon runs: backups, retention, figures for SQLite's planner."""

import logging
from collections.abc import Callable
from datetime import timedelta

from wirewatch.clock import Clock
from wirewatch.errors import StoreError
from wirewatch.event import Event
from wirewatch.pipeline.acts import Alone, Performer
from wirewatch.pipeline.mandate import Mandate
from wirewatch.pipeline.pruning import Pruning, Rest
from wirewatch.store.backup import back_up, backups, keep_newest, moment_named
from wirewatch.store.database import Store
from wirewatch.store.notices import Notice, set_notice
from wirewatch.store.retention import Keeping
from wirewatch.store.upkeep import free_bytes, give_back, gives_back, optimize, used_bytes
from wirewatch.tables import BackupTable

_log = logging.getLogger("wirewatch.store")

_SPARE = 10  # a tenth of what is used may lie free: it is soon used again
_LEAST = 16_000_000  # bytes for which it is not worth the trouble
_PAGES = 64  # that are given back at once: half a megabyte, a few milliseconds
_EARLY = timedelta(minutes=1)  # for which a backup may be due: its job does not begin to the second


class StoreCare:
    """What the scheduled jobs do for the store, on a connection of their own."""

    def __init__(self, store: Store, clock: Clock, keeping: Keeping, backup: BackupTable) -> None:
        self.every = backup.every
        self._store = store
        self.performer: Performer = Alone(store)
        self.mandate: Callable[[], Mandate] = Mandate
        self._clock = clock
        self._keeping = keeping
        self._folder = backup.folder
        self._keep = backup.keep

    def back_up(self, stopping: Callable[[], bool] = lambda: False) -> None:
        """Make a backup if one is due, and remove the oldest then; soon given up when `stopping`.

        Raises StoreError when none could be made, StoreDamagedError when the store is damaged.
        """
        now = self._clock()
        if self._folder is None or not self._is_due():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            made = back_up(self._store.path, self._folder, now, stopping=stopping)
        except StoreError:
            if stopping():
                return
            raise
        said = Event("backed-up", path=str(made.path), bytes=made.size, seconds=made.seconds)
        _log.info(said)
        for path in keep_newest(self._store.path, self._folder, self._keep):
            _log.info(Event("backup-removed", path=str(path)))
        with self._store.write() as db:
            set_notice(db, Notice.BACKUP, str(made.path), now)

    def _is_due(self) -> bool:
        """Tell whether the newest backup is old enough; one of the future is of a wrong clock."""
        known = backups(self._store.path, self._folder) if self._folder else []
        if not known:
            return True
        age = self._clock() - moment_named(known[0])
        return age < timedelta() or age >= self.every - min(_EARLY, self.every / 2)

    def prune(self, rest: Rest) -> None:
        """Let go what is kept no longer, and give free room back; `rest` waits between two steps.

        Of several desks the one that sends lets go, for all. Raises StoreUnavailableError where
        the store cannot be written.
        """
        if self._keeping.limits:
            pruning = Pruning(self._store, self._keeping, self._clock(), rest)
            pruning.performer = self.performer
            if self.mandate().held:
                self._let_go(pruning)
            else:
                pruning.tidy()
        self._give_back(rest)

    def _let_go(self, pruning: Pruning) -> None:
        """Let go what is kept no longer, and say what went."""
        pruned = pruning.run()
        went = {kind: count for kind, count in pruned.rows.items() if count}
        if went:
            _log.info(Event("let-go", **went, bytes=pruned.after))
        if self._keeping.size and pruned.after > self._keeping.size:
            _log.warning(Event("not-let-go", bytes=pruned.after, wanted=self._keeping.size))

    def _give_back(self, rest: Rest) -> None:
        """Give pages that are free back to the disk, but for what is soon used again."""
        db = self._store.db
        if not gives_back(db):
            return
        while free_bytes(db) > max(_LEAST, used_bytes(db) // _SPARE):
            give_back(self._store, _PAGES)
            if rest(0.01):
                return

    def optimize(self) -> None:
        """Let SQLite know how values spread. Raises StoreUnavailableError."""
        optimize(self._store)
