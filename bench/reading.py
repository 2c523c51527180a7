"""Reading a million articles: search and pages, beside bare SQL and full text on the same file.

The bare side asks the same questions by sqlite3 alone, and shows nothing. A page is asked of the
server's application as a server does, for a browser that has been here before, without a network;
`values` is the part of it that reads. Which side is first changes from page to page, as the first
one finds nothing in SQLite's cache, and sometimes nothing in the system's.
"""

import asyncio
import http
import random
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, MutableMapping, Sequence
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from generate import SEED, vocabulary
from million import COUNT, END, gazetteers, made
from painting import painted
from report import Row, Table, Target, percentiles, progress

from wirewatch.deployment import Deployment, load_deployment
from wirewatch.pages import story, trends
from wirewatch.pages.guard import App
from wirewatch.pages.page import Page, Visit
from wirewatch.pages.server import site
from wirewatch.pages.wording import wording
from wirewatch.pipeline.search import search
from wirewatch.store.database import open_reader

_QUICK = 8_000
_FIRST = 20  # hits of a search that are taken; the bare side has the same number
_ROUNDS = 200
_RANKS = (5, 60, 150, 300, 700, 1_500, 3_000, 6_000, 11_000)
_TARGET = Target(3.0)
_CONFIG = """
[store]
path = "{store}"
[[inbox]]
name = "wire-0"
path = "inbox"
"""
_HITS = (
    "SELECT a.id, a.received, a.headline, snippet(articles_fts, 2, '[', ']', '…', 12)"
    " FROM articles_fts JOIN articles a ON a.id = articles_fts.rowid"
    " WHERE articles_fts MATCH ? ORDER BY articles_fts.rowid DESC LIMIT 20"
)
_STORY = (
    "SELECT * FROM articles WHERE id = ?1",
    (
        "SELECT id, version, received, status FROM articles"
        " WHERE guid = (SELECT guid FROM articles WHERE id = ?1)"
    ),
    (
        "SELECT id, received, source, agency, headline FROM articles"
        " WHERE story = (SELECT story FROM articles WHERE id = ?1)"
    ),
    "SELECT * FROM mentions WHERE article_id = ?1",
    "SELECT * FROM matches WHERE article_id = ?1",
    (
        "SELECT al.*, d.* FROM alerts al JOIN deliveries d ON d.alert_id = al.id"
        " WHERE al.article_id = ?1"
    ),
)
_TRENDS = (
    (
        "SELECT entry, month, sum(articles) FROM months WHERE gazetteer = 'parliament'"
        " AND month > '2024-10' GROUP BY 1, 2"
    ),
    (
        "SELECT entry, other, sum(articles) FROM pairs WHERE gazetteer = 'parliament'"
        " AND month > '2024-10' GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 100"
    ),
    (
        "SELECT name, strftime('%w', substr(hour, 1, 10)), substr(hour, 12, 2), sum(articles)"
        " FROM hours WHERE what = 'source' AND hour > '2026-09-06' GROUP BY 1, 2, 3"
    ),
    "SELECT channel, ms, sum(deliveries) FROM delays WHERE day > '2026-08-03' GROUP BY 1, 2",
)
_SCANNED = (
    "SELECT n.entry, substr(coalesce(a.published, a.received), 1, 7), count(DISTINCT a.id)"
    " FROM mentions n JOIN articles a ON a.id = n.article_id GROUP BY 1, 2"
)
"""What the first of the trends would be by way of the articles."""


def run(home: Path, *, quick: bool) -> list[Table]:
    """Measure, in turns."""
    store = made(_QUICK if quick else COUNT)
    (home / "inbox").mkdir()
    (home / "wirewatch.toml").write_text(_CONFIG.format(store=store), encoding="utf-8")
    deployment = load_deployment(home / "wirewatch.toml")
    with closing(sqlite3.connect(f"{store.as_uri()}?mode=ro", uri=True)) as bare:
        [count] = bare.execute("SELECT count(*) FROM articles").fetchone()
        tables = [
            _searches(store, bare, count),
            asyncio.run(_pages(deployment, bare, count)),
        ]
    sights = [("the wire", "/"), ("a story", f"/story/{count // 2}"), ("trends", "/trends")]
    paints = painted(home / "wirewatch.toml", sights)
    return [*tables, paints] if paints else tables


def _searches(store: Path, bare: sqlite3.Connection, count: int) -> Table:
    """Search for words, phrases and names, common ones and rare ones."""
    progress("search")
    ours: list[float] = []
    theirs: list[float] = []
    asked = list(_questions())
    for turn in range(3):
        for number, (text, expression) in enumerate(asked):
            sides: list[tuple[list[float], Callable[[], object]]] = [
                (ours, partial(_hits, store, text)),
                (theirs, partial(_asked, bare, (_HITS,), (expression,))),
            ]
            for taken, work in sides if (turn + number) % 2 else sides[::-1]:
                taken.append(_timed(work))
    table = Table(f"search in {count:,} articles, the newest {_FIRST} hits", "bare FTS5")
    _add(table, "search", ours, theirs)
    table.notes.append(
        f"{len(asked)} queries, each three times; ours reads and matches the whole text"
    )
    return table


def _questions() -> Iterator[tuple[str, str]]:
    """Give queries in the language of rules, each with what asks FTS5 the same."""
    words = vocabulary()
    for rank in _RANKS:
        one, other = words[rank], words[rank // 2 + 1]
        yield one, f'"{one}"'
        yield f"{one[:4]}*", f'"{one[:4]}"*'
        for sign, bare in (("AND", "AND"), ("OR", "OR"), ("AND NOT", "NOT")):
            yield f"{one} {sign} {other}", f'"{one}" {bare} "{other}"'
    yield from ((text, text) for text in ('"second reading"', '"a first step"', "title:budget"))
    yield '"European Parliament" NEAR/20 vote', 'NEAR("European Parliament" vote, 20)'
    names = ("Majilis", "Mazhilis", "Parliament of Kazakhstan", "Senate of Kazakhstan")
    listed = " OR ".join(f'"{name}"' for name in names)
    yield '@parliament:KZ AND "second reading"', f'"second reading" AND ({listed})'


def _hits(store: Path, text: str) -> list[object]:
    """Give the first hits of a search."""
    return list(islice(search(store, text, gazetteers()), _FIRST))


class _Sight(NamedTuple):
    """A page, what it is called here, its bare side, and how it is visited."""

    page: Page
    name: str
    statements: Sequence[str]
    visits: Sequence[tuple[str, tuple[int, ...]]]
    """Addresses, with the values that the bare side is given."""


async def _pages(deployment: Deployment, bare: sqlite3.Connection, count: int) -> Table:
    """Open stories here and there, and the trends, with the choices that visitors have."""
    progress("pages")
    table = Table(f"pages over {count:,} articles", "bare SQL")
    rng = random.Random(SEED)
    numbers = [rng.randint(1, count) for _ in range(_ROUNDS)]
    choices = [f"months={span}&top={top}" for span in trends.SPANS[:3] for top in trends.TOPS]
    chosen = choices * (_ROUNDS // len(choices))
    sights = (
        _Sight(story.PAGE, "a story", _STORY, [(f"/story/{n}", (n,)) for n in numbers]),
        _Sight(trends.PAGE, "trends", _TRENDS, [(f"/trends?{one}", ()) for one in chosen]),
    )
    made_site = site(deployment, lambda: END)
    browser = _Browser(made_site.datasette.app())
    for sight in sights:
        await _look(table, sight, deployment, bare, browser)
    made_site.close()
    scanned = _timed(partial(_asked, bare, (_SCANNED,), ()))
    table.notes.append(f"names by month, counted from the articles: {scanned:,.0f} ms")
    return table


class _Browser:
    """Asks the application for pages, and keeps the cookie that it is given."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._headers: list[tuple[bytes, bytes]] = [(b"host", b"localhost")]

    async def get(self, address: str) -> None:
        """Get a page. Raises RuntimeError when it is not given."""
        path, _, query = address.partition("?")
        scope = {
            "type": "http", "http_version": "1.1", "method": "GET", "scheme": "http",
            "path": path, "raw_path": path.encode(), "query_string": query.encode(),
            "root_path": "", "headers": self._headers,
        }  # fmt: skip
        sent: list[MutableMapping[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        if sent[0]["status"] != http.HTTPStatus.OK:
            raise RuntimeError(f"{address} was answered with {sent[0]['status']}")
        for name, value in sent[0]["headers"]:
            if name == b"set-cookie":
                self._headers.append((b"cookie", value.partition(b";")[0]))


async def _look(
    table: Table,
    sight: _Sight,
    deployment: Deployment,
    bare: sqlite3.Connection,
    browser: _Browser,
) -> None:
    """Open one page as often as it is to be visited, beside its bare side."""
    whole: list[float] = []
    read: list[float] = []
    theirs: list[float] = []
    await browser.get(sight.visits[0][0])
    with closing(open_reader(deployment.config.store)) as reader:
        for turn, (path, values) in enumerate(sight.visits):
            if turn % 2:
                theirs.append(_timed(partial(_asked, bare, sight.statements, values)))
            begun = time.perf_counter()
            await browser.get(path)
            whole.append((time.perf_counter() - begun) * 1e3)
            if not turn % 2:
                theirs.append(_timed(partial(_asked, bare, sight.statements, values)))
            read.append(_timed(partial(sight.page.values, reader, _visit(sight, path, deployment))))
    _add(table, sight.name, whole, theirs)
    _add(table, f"{sight.name}, values", read, theirs)


def _visit(sight: _Sight, path: str, deployment: Deployment) -> Visit:
    """Give what the page is asked for."""
    address, _, query = path.partition("?")
    parts = sight.page.address.fullmatch(address)
    return Visit(
        parts.groupdict() if parts else {}, dict(parse_qsl(query)), deployment, wording("en"), END
    )


def _asked(bare: sqlite3.Connection, statements: Iterable[str], values: Sequence[object]) -> None:
    """Ask the bare side."""
    for statement in statements:
        bare.execute(statement, values).fetchall()


def _add(table: Table, name: str, ours: list[float], theirs: list[float]) -> None:
    """Add the middle and the slow end of both sides."""
    mine, other = percentiles(ours), percentiles(theirs)
    table.rows.append(Row(f"{name}, p50", "ms", mine["p50"], other["p50"]))
    table.rows.append(Row(f"{name}, p95", "ms", mine["p95"], other["p95"], _TARGET))


def _timed(work: Callable[[], object]) -> float:
    """Give the milliseconds that something takes."""
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1e3
