"""`wirewatch search`: find stored articles with the rules' own language."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from wirewatch.cli.app import AsJson, app, print_json, settings
from wirewatch.cli.paper import marked, paper, printable
from wirewatch.cli.rows import AsForm, Form, print_rows
from wirewatch.cli.since import moment
from wirewatch.text.snippet import snippet

if TYPE_CHECKING:
    from wirewatch.model import Span
    from wirewatch.store.archive import Stored

    Found = tuple[Stored, tuple[Span, ...]]

_HIT = "bold black on yellow"
_SNIPPET = 180  # characters of the text around the first hit
_COLUMNS = (
    "id", "received", "source", "agency", "place", "country", "language", "published", "title",
    "headline", "guid", "version", "url", "hit",
)  # fmt: skip


@app.command()
def search(  # noqa: PLR0913, PLR0917 - a command has as many options as it needs
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="A query as in a rule, in quotes.")],
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Show at most so many.")] = 20,
    since: Annotated[str, typer.Option(metavar="TIME", help="Not older than 12h, 30d.")] = "",
    source: Annotated[str, typer.Option(help="Only these inboxes, as shells write names.")] = "*",
    language: Annotated[str, typer.Option(help="Only this language, as `en`.")] = "",
    best: Annotated[bool, typer.Option("--best", help="The best first, not the newest.")] = False,
    form: AsForm = Form.TEXT,
    as_json: AsJson = False,
) -> None:
    """Find stored articles, newest first. Exits with 1 when there is none."""
    from wirewatch.clock import iso, utc_now
    from wirewatch.deployment import load_lists
    from wirewatch.pipeline.search import search as find

    config = settings(context)
    begin = iso(moment(since, utc_now())) if since else ""
    every = find(config.store, query, load_lists(config), begin, best=best)
    found = islice((one for one in every if _fits(one[0], source, language)), limit)
    if as_json:
        rows = [_record(stored, spans) for stored, spans in found]
        print_json(rows)
        count = len(rows)
    elif form is Form.TEXT:
        count = _show(found)
    else:
        count = print_rows(_COLUMNS, (_row(stored, spans) for stored, spans in found), form)
    if not count:
        typer.echo("nothing found", err=True)
        raise typer.Exit(1)


def _fits(stored: "Stored", source: str, language: str) -> bool:
    """Tell whether an article is of the inboxes and the language that are asked for."""
    told = stored.article.language or ""
    return fnmatchcase(stored.source, source) and (not language or told.split("-")[0] == language)


def _show(found: "Iterable[Found]") -> int:
    """Print results as they are found, each with the surroundings of its first hit."""
    console, count = paper(), 0
    for count, (stored, spans) in enumerate(found, 1):  # noqa: B007 - counted
        article = stored.article
        head = f"{stored.id}  {stored.received[:16]}  {stored.source}  {article.headline}"
        console.print(printable(head), style="bold")
        piece, hits = snippet(article.body, _in_body(spans), _SNIPPET)
        console.print("    ", marked(piece, {_HIT: hits}), sep="")
    return count


def _in_body(spans: "Iterable[Span]") -> Iterator[tuple[int, int]]:
    """Give the places of the hits in the body."""
    return ((span.start, span.end) for span in spans if span.zone == "body")


def _row(stored: "Stored", spans: "tuple[Span, ...]") -> list[object]:
    """Give one result as a row of a table."""
    known = stored.article._asdict()
    known |= {"id": stored.id, "received": stored.received, "source": stored.source}
    known["hit"] = snippet(stored.article.body, _in_body(spans), _SNIPPET)[0]
    return [known[column] for column in _COLUMNS]


def _record(stored: "Stored", spans: "tuple[Span, ...]") -> dict[str, object]:
    """Give one result as a script wants it."""
    head = {"id": stored.id, "received": stored.received, "source": stored.source}
    return head | stored.article._asdict() | {"spans": [list(span) for span in spans]}
