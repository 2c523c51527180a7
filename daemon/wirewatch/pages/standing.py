"""The configuration as it stands: taken in anew when its files change, as the daemon does."""

import threading
import time
from collections.abc import Callable

from wirewatch.deployment import Deployment, files_of, load_deployment
from wirewatch.errors import ConfigError

_LOOK = 5.0  # seconds between two looks at the files


class Standing:
    """Rules, lists and names for the pages; a faulty configuration leaves the old one in place."""

    def __init__(
        self, deployment: Deployment, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._deployment = deployment
        self._monotonic = monotonic
        self._known = deployment.files
        self._looked = monotonic()
        self._turn = threading.Lock()

    def current(self) -> Deployment:
        """Give the configuration; the files are looked at now and then, by one visitor's thread."""
        if self._monotonic() - self._looked >= _LOOK and self._turn.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._turn.release()
        return self._deployment

    def _look(self) -> None:
        """Take the configuration in anew if its files have changed."""
        self._looked = self._monotonic()
        path = self._deployment.config.path
        found = files_of(path)
        if found == self._known:
            return
        self._known = found
        try:
            fresh = load_deployment(path)
        except ConfigError:
            return  # the daemon says so: the notice stands on the page of health
        if fresh.config.store == self._deployment.config.store:
            self._deployment = fresh
