"""Stories: how copies are found among many articles, by shared sentences or by MinHash bands.

The labelled stories of the tests: of the pairs of one story that share enough to be told as one,
how many does each way propose, what does it propose besides, and what does it cost?
"""

import time
import tomllib
from collections.abc import Callable, Hashable
from itertools import combinations
from pathlib import Path

from report import Row, Table, median, progress

from wirewatch.text.fold import fold
from wirewatch.text.likeness import Thresholds, gist, marks, shared
from wirewatch.text.words import words

_FOLDER = Path(__file__).resolve().parents[1] / "tests" / "labelled" / "stories"
_TURNS = 5
_SEED = 42
_BANDS = ((128, 8), (128, 4), (126, 3), (128, 2))  # hashes, and how many of them make a band

Keys = Callable[[str], set[Hashable]]


def run(home: Path, *, quick: bool) -> list[Table]:  # noqa: ARG001 - nothing is written
    """Measure every way on the same texts."""
    progress("stories")
    texts = [
        (story["id"], text["body"].strip())
        for file in sorted(_FOLDER.glob("*.toml"))
        for story in tomllib.loads(file.read_text("utf-8"))["story"]
        for text in story["text"]
    ]
    gists = [gist(body) for _, body in texts]
    wanted = {
        (one, other)
        for one, other in combinations(range(len(texts)), 2)
        if texts[one][0] == texts[other][0] and shared(gists[one], gists[other], Thresholds())
    }
    ours = _measured(lambda body: set(marks(body)), texts, wanted)
    table = Table(
        f"finding copies among {len(texts)} labelled texts, {len(wanted)} pairs", "MinHash"
    )
    for hashes, rows in _BANDS:
        keys = _bands(hashes, rows)
        if keys is None:
            table.notes.append("rensa is not installed: left out")
            break
        theirs = _measured(keys, texts, wanted)
        name = f"beside {hashes // rows} bands of {rows}"
        for what, unit, mine, other in zip(_WHAT, _UNITS, ours, theirs, strict=True):
            table.rows.append(Row(f"{name}: {what}", unit, mine, other))
    table.notes.append("ours: a key for each of the first eight sentences of eight words or more")
    return [table]


_WHAT = ("pairs found", "other pairs proposed", "keys a text", "time")
_UNITS = ("share", "pairs", "keys", "µs a text")


def _measured(
    keys: Keys, texts: list[tuple[str, str]], wanted: set[tuple[int, int]]
) -> tuple[float, float, float, float]:
    """Give what a way finds, proposes, keeps and takes."""
    taken = []
    for _ in range(_TURNS):
        begun = time.perf_counter()
        found = [keys(body) for _, body in texts]
        taken.append((time.perf_counter() - begun) / len(texts) * 1e6)
    proposed = {
        pair for pair in combinations(range(len(texts)), 2) if found[pair[0]] & found[pair[1]]
    }
    share = len(proposed & wanted) / len(wanted)
    size = sum(map(len, found)) / len(found)
    return share, len(proposed - wanted), size, median(taken)


def _bands(hashes: int, rows: int) -> Keys | None:
    """Make keys of rensa's MinHash over phrases of three words, or None without rensa."""
    try:
        from rensa import RMinHash  # noqa: PLC0415 - a rival, which may be missing
    except ModuleNotFoundError:
        return None

    def keys(body: str) -> set[Hashable]:
        found = words(fold(body).text)
        sketch = RMinHash(num_perm=hashes, seed=_SEED)
        sketch.update([" ".join(found[at : at + 3]) for at in range(max(1, len(found) - 2))])
        digest = sketch.digest()
        return {(at, *digest[at : at + rows]) for at in range(0, hashes - rows + 1, rows)}

    return keys
