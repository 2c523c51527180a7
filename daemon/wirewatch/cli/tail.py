"""`wirewatch tail`: what arrives, as it arrives."""

import json
import time
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated

import typer

from wirewatch.cli.app import app, settings
from wirewatch.cli.paper import marked, paper, printable
from wirewatch.text.visible import visible_json

if TYPE_CHECKING:
    from rich.console import Console

    from wirewatch.config import Config
    from wirewatch.model import Span
    from wirewatch.store.feed import Item

_LOOK = 0.3  # seconds between two looks at the store
_HIT = "bold black on yellow"

Wanted = Callable[["Item"], "tuple[Span, ...] | None"]
"""Gives the spans of an article that is wanted, None for one that is not."""


@app.command()
def tail(  # noqa: PLR0913, PLR0917 - a command has as many options as it needs
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="Only what a query is true of, as in a rule.")] = "",
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="Begin so far back.")] = 10,
    source: Annotated[str, typer.Option(help="Only these inboxes, as shells write names.")] = "*",
    language: Annotated[str, typer.Option(help="Only this language, as `en`.")] = "",
    rule: Annotated[str, typer.Option(help="Only what such rules are true of.")] = "",
    follow: Annotated[bool, typer.Option(help="Go on until stopped by Ctrl-C.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print an object a line.")] = False,
) -> None:
    """Show what arrives, as it arrives: one line an article, with the rules that are true of it."""
    config = settings(context)
    asked = _asked(config, query)

    def wanted(item: "Item") -> "tuple[Span, ...] | None":
        told = item.stored.article.language or ""
        fits = (
            fnmatchcase(item.stored.source, source)
            and (not language or told.split("-")[0] == language)
            and (not rule or any(fnmatchcase(name, rule) for name in item.rules))
        )
        return asked(item) if fits else None

    console = paper()
    try:
        for item, spans in _followed(config, wanted, lines, follow=follow):
            if as_json:
                print(visible_json(json.dumps(_record(item), ensure_ascii=False)), flush=True)
            else:
                _print(console, item, spans)
    except KeyboardInterrupt:
        raise typer.Exit from None


def _asked(config: "Config", query: str) -> Wanted:
    """Give what a query asks for; everything where there is none. Raises RuleError."""
    from wirewatch.deployment import load_lists
    from wirewatch.pipeline.search import asking

    if not query:
        return lambda _: ()
    find = asking(query, load_lists(config))
    return lambda item: find(item.stored)


def _followed(
    config: "Config", wanted: Wanted, lines: int, *, follow: bool
) -> "Iterator[tuple[Item, tuple[Span, ...]]]":
    """Give the last wanted articles, then those that come."""
    from wirewatch.store.database import open_reader
    from wirewatch.store.feed import arrived, last_article, latest

    db = open_reader(config.store)
    last = last_article(db)
    before: list[tuple[Item, tuple[Span, ...]]] = []
    for item in latest(db, 1_000 if lines else 0):
        spans = wanted(item)
        if spans is not None and item.stored.id <= last:
            before.append((item, spans))
        if len(before) == lines:
            break
    yield from reversed(before)
    while follow:
        for item in arrived(db, last):
            last = item.stored.id
            spans = wanted(item)
            if spans is not None:
                yield item, spans
        time.sleep(_LOOK)


def _record(item: "Item") -> dict[str, object]:
    """Give an article as a script wants it."""
    stored = item.stored
    article = stored.article
    return {
        "id": stored.id, "received": stored.received, "source": stored.source,
        "agency": article.agency, "place": article.place, "country": article.country,
        "language": article.language, "guid": article.guid, "version": article.version,
        "signal": article.signal, "headline": article.headline,
        "rules": list(item.rules), "alerts": list(item.alerts),
    }  # fmt: skip


def _print(console: "Console", item: "Item", spans: "tuple[Span, ...]") -> None:
    """Print an article on one line."""
    from rich.text import Text

    stored, article = item.stored, item.stored.article
    line = Text(f"{stored.received[11:19]}  ", style="dim")
    line.append(f"{stored.id}  ", style="dim")
    line.append(f"{printable(stored.source)}  ", style="cyan")
    zone = "title" if article.title else "headline"
    hits = [(span.start, span.end) for span in spans if span.zone == zone]
    line.append_text(marked(article.headline.replace("\n", " "), {_HIT: hits}))
    if item.rules:
        bell = " ●" if item.alerts else " ○"
        line.append(f"{bell} {', '.join(item.rules)}", style="bold red" if item.alerts else "red")
    if console.is_terminal:
        console.print(line, overflow="ellipsis", no_wrap=True)
    else:
        console.print(line)
