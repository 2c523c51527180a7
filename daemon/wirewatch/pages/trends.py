"""Trends: who is named when and with whom, when the wires come, how soon people are told."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from wirewatch.pages.looks import span_in
from wirewatch.pages.names import Names, names_of
from wirewatch.pages.page import Page, Visit
from wirewatch.pages.wording import Wording
from wirewatch.store.database import Reader
from wirewatch.store.delays import Delay, delays
from wirewatch.store.trends import (
    Naming,
    Total,
    gazetteers,
    last_month,
    months_to,
    naming,
    pairs,
    totals,
)
from wirewatch.store.weekly import HOURS, Week, weeks

SPANS = (12, 24, 36, 60)
"""Months that may be looked at."""
TOPS = (5, 10, 15, 20)
"""Entries that may be looked at; somebody's own choice may not be of more."""
_SPAN, _TOP = SPANS[1], TOPS[1]
_DAYS = 90
_PERCENTS = (50, 95, 99)
_USUAL = "parliament"
_A_DAY = 24
_SECOND, _MINUTE = 1_000, 60_000  # milliseconds


def values(db: Reader, visit: Visit) -> dict[str, Any]:
    """Give the four charts' numbers, and what may be chosen."""
    names = names_of(visit.deployment)
    lists = gazetteers(db)
    gazetteer = _one_of(lists, visit.query.get("list", ""))
    span, top = _number(visit, "months", SPANS, _SPAN), _number(visit, "top", TOPS, _TOP)
    months = months_to(last_month(db, gazetteer) or visit.now.strftime("%Y-%m"), span)
    known = totals(db, gazetteer, months)
    own = _own(visit.query, names, {one.entry for one in known})
    shown = own or tuple(one.entry for one in known[:top])
    brought = weeks(db, visit.now)
    source = _one_of(tuple(one.source for one in brought), visit.query.get("source", ""), "")
    asked = {
        "list": gazetteer if len(lists) > 1 else "",
        "months": str(span) if span != _SPAN else "",
        "top": str(top) if top != _TOP else "",
        "entries": ",".join(own),
        "source": source,
    }
    return {
        "asked": asked,
        "lists": lists,
        "gazetteer": gazetteer,
        "span": span,
        "spans": SPANS,
        "top": top,
        "tops": TOPS,
        "label": names.label,
        "chosen": [(entry, _address(asked, entries=_without(own, entry))) for entry in own],
        "usual": _address(asked, entries=""),
        "choices": sorted(names.label(one.entry) for one in known),
        "naming": _summed(naming(db, gazetteer, months, shown), known),
        "pairs": pairs(db, gazetteer, months, shown),
        "sources": [one.source for one in brought],
        "source": source,
        "week": _week(brought, source),
        "delays": [_delay(one, visit.words) for one in delays(db, visit.now, _DAYS)],
        "percents": _PERCENTS,
        "days": _DAYS,
    }


def _one_of(known: tuple[str, ...], said: str, usual: str = _USUAL) -> str:
    """Give what is asked for where there is such a one, else the usual one, else the first."""
    if said in known:
        return said
    return usual if usual in {*known, ""} else next(iter(known), usual)


def _number(visit: Visit, key: str, known: tuple[int, ...], usual: int) -> int:
    """Give a number of the query, if it is one of some."""
    said = visit.number(key)
    return said if said is not None and said in known else usual


def _own(query: Mapping[str, str], names: Names, named: set[str]) -> tuple[str, ...]:
    """Give the entries that somebody chose, each once; one that was never named is left out."""
    said = [*query.get("entries", "").split(","), names.entry(query.get("add", ""))]
    return tuple(dict.fromkeys(one for one in said if one in named))[: TOPS[-1]]


def _without(entries: tuple[str, ...], entry: str) -> str:
    """Give a choice of entries without one of them, as the query has it."""
    return ",".join(one for one in entries if one != entry)


def _address(asked: Mapping[str, str], **changes: str) -> str:
    """Give the address of this page with another choice."""
    kept = {key: value for key, value in {**asked, **changes}.items() if value}
    return f"{PAGE.path}?{urlencode(kept)}" if kept else PAGE.path


def _summed(found: Naming, known: tuple[Total, ...]) -> dict[str, Any]:
    """Give the months, and each entry with how often it was named in all and in each of them."""
    sums = {one.entry: one.articles for one in known}
    return {
        "months": found.months,
        "rows": [(one.entry, sums.get(one.entry, 0), one.articles) for one in found.series],
    }


def _week(brought: tuple[Week, ...], source: str) -> list[tuple[int, ...]]:
    """Give what an inbox brought by weekday and hour, or all of them where none is named."""
    chosen = [one.articles for one in brought if source in {one.source, ""}]
    summed = [sum(hour) for hour in zip(*chosen, strict=True)] or [0] * HOURS
    return [tuple(summed[begin : begin + _A_DAY]) for begin in range(0, HOURS, _A_DAY)]


def _delay(one: Delay, words: Wording) -> dict[str, Any]:
    """Give a channel's delays: how many messages, and within what time most of them were sent."""
    within = [one.within(percent) for percent in _PERCENTS]
    return {
        "channel": one.channel,
        "deliveries": one.deliveries,
        "within": [(ms, _took(words, ms)) for ms in within],
    }


def _took(words: Wording, ms: int) -> str:
    """Write a time that something took, in its largest unit."""
    if ms < _SECOND:
        return f"{ms}\u00a0ms"
    if ms < _MINUTE:
        return f"{ms / _SECOND:.3g}\u00a0{words('unit_s')}"
    return span_in(words, timedelta(milliseconds=ms))


PAGE = Page("trends", re.compile(r"/trends$"), values)
