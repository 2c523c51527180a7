"""What a process holds, looked at again and again, and whether that grows."""

import time
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from statistics import mean, median

_WIDTH, _HEIGHT = 72, 10


@dataclass(frozen=True)
class Sample:
    """One look at a process."""

    life: int
    age: float
    """Seconds since it was first looked at."""
    at: float
    """Seconds since the soak began."""
    megabytes: float
    handles: int


@dataclass
class Samples:
    """All looks at the processes of one soak."""

    taken: list[Sample] = field(default_factory=list)
    warm_up: float = 0.0
    """The seconds of a life that do not count."""
    _begun: float = field(default_factory=time.monotonic)
    _lives: dict[int, float] = field(default_factory=dict)

    def look(self, pid: int) -> None:
        """Look at a process, if it is still there."""
        now = time.monotonic()
        place = Path("/proc", str(pid))
        try:
            status = (place / "status").read_text(encoding="ascii")
            handles = len(list((place / "fd").iterdir()))
        except OSError:
            return
        lines = [line for line in status.splitlines() if line.startswith("VmRSS:")]
        if not lines:
            return
        born = self._lives.setdefault(pid, now)
        megabytes = int(lines[0].split()[1]) / 1000
        self.taken.append(Sample(pid, now - born, now - self._begun, megabytes, handles))

    def warm(self) -> list[Sample]:
        """Give the samples of processes that had warmed up."""
        return [one for one in self.taken if one.age >= self.warm_up]

    def slope(self, what: str) -> float:
        """Give by how much something grew in a minute, within the lives of processes."""
        above = below = 0.0
        for _, life in groupby(self.warm(), key=lambda one: one.life):
            points = [(one.age / 60, float(getattr(one, what))) for one in life]
            x, y = (mean(axis) for axis in zip(*points, strict=True))
            above += sum((a - x) * (b - y) for a, b in points)
            below += sum((a - x) ** 2 for a, _ in points)
        return above / below if below else 0.0

    def table(self) -> list[str]:
        """Write the samples' figures as lines."""
        lines = [f"{'':<12}{'median':>9}{'most':>9}{'a minute':>10}"]
        for what in ("megabytes", "handles"):
            values = [getattr(one, what) for one in self.warm()] or [0]
            grown = f"{self.slope(what):+.2f}"
            lines.append(f"{what:<12}{median(values):>9.1f}{max(values):>9.1f}{grown:>10}")
        return [*lines, f"{len(self.taken)} samples of {len(self._lives)} lives"]

    def plot(self) -> list[str]:
        """Draw the memory over the time of the soak, a column for a while, a new life as |."""
        if not self.taken:
            return []
        most = max(one.megabytes for one in self.taken)
        end = self.taken[-1].at or 1.0
        columns: dict[int, list[Sample]] = {}
        for one in self.taken:
            columns.setdefault(min(_WIDTH - 1, int(one.at / end * _WIDTH)), []).append(one)
        tops: list[float] = []
        for x in range(_WIDTH):  # a column without a look is as the one before
            looks = [one.megabytes for one in columns.get(x, ())]
            tops.append(max(looks, default=tops[-1] if tops else 0.0))
        rows = []
        for row in range(_HEIGHT, 0, -1):
            marks = (top >= most * (row - 0.5) / _HEIGHT for top in tops)
            rows.append(f"{most * row / _HEIGHT:6.0f} MB " + "".join(" #"[mark] for mark in marks))
        born = {x for x, those in columns.items() if any(one.age == 0 for one in those)}
        rows.append(" " * 10 + "".join("|" if x in born else "-" for x in range(_WIDTH)))
        return rows
