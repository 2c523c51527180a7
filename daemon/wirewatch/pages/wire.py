"""The wire: what arrives, the newest first, with hits marked and filters."""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from wirewatch.errors import ConfigError, RuleError
from wirewatch.model import Article, Span
from wirewatch.pages.asked import compiled
from wirewatch.pages.looks import is_tongue
from wirewatch.pages.names import Names, names_of
from wirewatch.pages.page import Page, Visit
from wirewatch.pipeline.search import Find
from wirewatch.store.archive import Stored
from wirewatch.store.database import Reader
from wirewatch.store.feed import Item, Wanted, arrived, last_article, latest
from wirewatch.store.hours import Counted, known
from wirewatch.store.lookback import TakesTooLongError, broken_off
from wirewatch.text.snippet import Stretch, marked, snippet

_PATIENCE = 4.0  # seconds
MOST = 60  # articles of a page
_FURTHEST = 5_000  # articles that are looked at for a query
_MISSED = 1_000  # articles that a page catches up on
_AT_ONCE = 200  # new ones that are sent to an open page at a time
_LONGEST = 2_000  # characters of a query
_SNIPPET = 240  # characters
FILTERS = ("source", "language", "entry", "rule")

Hit = tuple[Item, tuple[Span, ...]]
"""An article, and what is to be marked in it."""


def values(db: Reader, visit: Visit) -> dict[str, Any]:
    """Give the articles of the page, what they are filtered by, and what may be chosen."""
    names = names_of(visit.deployment)
    last = last_article(db)
    before = visit.number("before")
    wanted, find, fault = asked(visit, names)
    end = last + 1 if before is None else before
    hits, takes_long = ([], False) if fault else _hits(db, wanted, end, find)
    return {
        "rows": [row(*hit) for hit in hits],
        "asked": {name: visit.query.get(name, "") for name in FILTERS},
        "question": visit.query.get("q", "").strip(),
        "fault": fault,
        "takes_long": takes_long,
        "last": last,
        "older": hits[-1][0].stored.id if len(hits) == MOST or (hits and takes_long) else None,
        "choices": _choices(db, visit, names),
        "is_live": before is None and not fault,
    }


def news(db: Reader, visit: Visit, after: int | None) -> tuple[int, list[dict[str, Any]]]:
    """Give the last article, and as rows what is wanted of those after one, the oldest first.

    Without a number there is nothing yet; a page that was away for long gets no more than the last.
    """
    wanted, find, fault = asked(visit, names_of(visit.deployment))
    last = last_article(db)
    if fault or after is None or last <= after:
        return max(last, after or 0), []
    fresh = arrived(db, max(after, last - _MISSED), replace(wanted, sieve=None))
    items = list(islice(fresh, _AT_ONCE))
    rows = [row(item, spans) for item in items if (spans := _marks(item, find)) is not None]
    return items[-1].stored.id if len(items) == _AT_ONCE else last, rows


def asked(visit: Visit, names: Names) -> tuple[Wanted, Find | None, str]:
    """Read what is wanted: filters, what decides on the query, and what is wrong with that."""
    text = visit.query.get("q", "").strip()
    entry = names.entry(visit.query.get("entry", ""))
    wanted = Wanted(
        visit.query.get("source", ""), visit.query.get("language", ""), entry,
        visit.query.get("rule", ""),
    )  # fmt: skip
    if not text:
        return wanted, None, ""
    if len(text) > _LONGEST:
        return wanted, None, visit.words("query_long", n=_LONGEST)
    try:
        sieve, find = compiled(text, visit.deployment)
    except (RuleError, ConfigError) as error:
        return wanted, None, str(error)
    return replace(wanted, sieve=sieve), find, ""


def _hits(db: Reader, wanted: Wanted, end: int, find: Find | None) -> tuple[list[Hit], bool]:
    """Give the articles of a page, as many as are found in time, and whether there may be more."""
    until = time.monotonic() + _PATIENCE
    hits: list[Hit] = []
    try:
        with broken_off(db, lambda: time.monotonic() > until):
            hits.extend(islice(_found(db, wanted, end, find), MOST))
    except TakesTooLongError:
        return hits, True
    return hits, False


def _found(db: Reader, wanted: Wanted, end: int, find: Find | None) -> Iterator[Hit]:
    """Give what is wanted before an article, the newest first."""
    for item in latest(db, _FURTHEST if find else MOST, wanted, end):
        spans = _marks(item, find)
        if spans is not None:
            yield item, spans


def _marks(item: Item, find: Find | None) -> tuple[Span, ...] | None:
    """Give the spans to mark: of the query, else of the rules; None where the query is not true."""
    return item.spans if find is None else find(item.stored)


def row(item: Item, spans: tuple[Span, ...]) -> dict[str, Any]:
    """Give an article as the template shows it."""
    return row_of(item.stored, spans, item.rules, has_rung=bool(item.alerts))


def row_of(
    stored: Stored, spans: tuple[Span, ...], rules: tuple[str, ...] = (), *, has_rung: bool = False
) -> dict[str, Any]:
    """Give an article as the template shows it, with what is to be marked in it."""
    article = stored.article
    zone = "title" if article.title else "headline"
    heading = [(span.start, span.end) for span in spans if span.zone == zone]
    hits = [(span.start, span.end) for span in spans if span.zone == "body"]
    said, inside = snippet(_after_headline(article, hits), hits, _SNIPPET)
    return {
        "id": stored.id,
        "received": stored.received,
        "source": stored.source,
        "outlet": article.agency or stored.source,
        "place": article.place,
        "language": article.language,
        "signal": article.signal,
        "status": article.status if article.status != "usable" else "",
        "embargo": article.embargo,
        "headline": marked(article.title or article.headline, heading),
        "said": marked(said, inside),
        "rules": rules,
        "rang": has_rung,
    }


def _after_headline(article: Article, hits: Sequence[Stretch]) -> str:
    """Give the text that is shown beside a headline: what that itself says is not said twice."""
    begins = article.headline.removesuffix("…")
    is_told = not (article.title or hits) and article.body.startswith(begins)
    if not is_told:
        return article.body
    rest = article.body[len(begins) :].lstrip()
    return f"…{rest}" if article.headline.endswith("…") else rest


def _choices(db: Reader, visit: Visit, names: Names) -> Mapping[str, list[tuple[str, str]]]:
    """Give what the filters offer, each as value and label."""
    deployment = visit.deployment
    sources = {*deployment.inboxes, *known(db, Counted.SOURCE)}
    codes = known(db, Counted.LANGUAGE)
    languages = {code.split("-")[0] for code in codes if is_tongue(code)}
    entries = {name.partition(":")[2] for name in known(db, Counted.NAME)}
    return {
        "source": [(name, name) for name in sorted(sources)],
        "language": [(code, code) for code in sorted(languages)],
        "entry": sorted(((one, names.label(one)) for one in entries), key=lambda pair: pair[1]),
        "rule": sorted((rule.name, rule.title or rule.name) for rule in deployment.rules),
    }


PAGE = Page("wire", re.compile(r"/$"), values)
