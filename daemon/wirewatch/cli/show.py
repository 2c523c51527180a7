"""`wirewatch show`: an article with all that is known of it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from wirewatch.cli.app import AsJson, app, print_json, settings
from wirewatch.cli.paper import marked, paper, printable
from wirewatch.text.snippet import paragraphs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from wirewatch.model import Mention, Span
    from wirewatch.store.dossier import Dossier, Row

_HIT, _NAME = "bold black on yellow", "underline cyan"
_MOST_COPIES = 20


@app.command()
def show(
    context: typer.Context,
    article: Annotated[int, typer.Argument(help="An article's number, as `search` gives it.")],
    as_json: AsJson = False,
) -> None:
    """Show an article: its text with hits and names marked, versions, story, and who was told."""
    from wirewatch.errors import StoreError
    from wirewatch.store.database import open_reader
    from wirewatch.store.dossier import dossier

    found = dossier(open_reader(settings(context).store), article)
    if found is None:
        raise StoreError(f"there is no article {article}; `wirewatch search` finds them")
    if as_json:
        print_json(_record(found))
        return
    console = paper()
    _print_text(console, found)
    for heading, lines in (
        ("Names", _names(found)),
        ("Rules", _rules(found)),
        ("Versions", _versions(found)),
        ("Story", _copies(found)),
    ):
        shown = list(lines)
        if shown:
            console.print(f"\n{heading}", style="bold")
        for line in shown:
            console.print(f"  {printable(line)}")
    console.print(f"\nfile {found.file['inbox']}: {printable(found.file['path'])}", style="dim")


def _record(found: "Dossier") -> dict[str, object]:
    """Give the dossier as a script wants it."""
    stored = found.stored
    head = {"id": stored.id, "received": stored.received, "source": stored.source}
    return head | stored.article._asdict() | {
        "file": found.file,
        "versions": list(found.versions),
        "copies": list(found.copies),
        "mentions": [one._asdict() for one in found.mentions],
        "alerts": [row | {"spans": list(map(list, row["spans"]))} for row in found.alerts],
    }  # fmt: skip


def _print_text(console: "Console", found: "Dossier") -> None:
    """Print the text, with its hits and names."""
    article = found.stored.article
    zone = "title" if article.title else "headline"
    heading = marked(article.title or article.headline, _styles(found, zone, 0))
    heading.stylize("bold")
    console.print(heading)
    known = (
        f"article {found.stored.id}",
        found.stored.received[:16].replace("T", " ") + "Z",
        found.stored.source,
        article.agency,
        ", ".join(part for part in (article.place, article.country) if part),
        article.language,
        article.byline,
        article.signal,
        article.status if article.status != "usable" else "",
        f"embargo until {article.embargo}" if article.embargo else "",
        "" if found.file["current"] else "replaced by a newer version",
    )
    console.print(printable(" · ".join(part for part in known if part)), style="dim")
    for start, paragraph in paragraphs(article.body):
        console.print()
        console.print(marked(paragraph, _styles(found, "body", start)))


def _styles(found: "Dossier", zone: str, shift: int) -> dict[str, list[tuple[int, int]]]:
    """Give what is marked in a stretch of a zone that begins at a place."""

    def inside(spans: "Iterable[Span | Mention]") -> list[tuple[int, int]]:
        return [
            (max(0, span.start - shift), span.end - shift)
            for span in spans
            if span.zone == zone and span.end > shift
        ]

    return {_NAME: inside(found.mentions), _HIT: inside(found.hits)}


def _names(found: "Dossier") -> Iterator[str]:
    """List the names in the text, each once, with its spellings."""
    spellings: dict[tuple[str, str], dict[str, None]] = {}
    for one in found.mentions:
        spellings.setdefault((one.gazetteer, one.entry), {})[one.spelling] = None
    for (gazetteer, entry), spelled in spellings.items():
        yield f"@{gazetteer}:{entry}  {', '.join(spelled)}"


def _rules(found: "Dossier") -> Iterator[str]:
    """List the rules that were true, what became of each, and who was told."""
    for row in found.alerts:
        yield f"{row['rule']}  {_ended(row)}"
        for one in row["deliveries"]:
            yield f"  → {one['channel']}: {_fared(one)}"


def _ended(row: "Row") -> str:
    """Say what became of a match."""
    if row["recalls"]:
        return f"alert {row['alert']}, which takes back alert {row['recalls']}"
    if row["echoes"]:
        return f"alert {row['echoes']} had told of the story"
    if row["unmet"]:
        return f"did not ring: {row['unmet']}"
    if row["alert"] is None:
        return "did not ring: it had been true of an earlier version, or this one was not current"
    taken = f", taken on by {row['acknowledged_by']}" if row["acknowledged"] else ""
    return f"alert {row['alert']}, {row['severity']}{taken}"


def _fared(row: "Row") -> str:
    """Say how a delivery fared."""
    why = f" ({row['reason']})" if row["reason"] else ""
    moment = row["finished"] or row["due"]
    when = f", {'due ' if row['due'] else ''}{moment[:19].replace('T', ' ')}Z" if moment else ""
    return f"{row['state']}{why}{when}, ref {row['key']}"


def _versions(found: "Dossier") -> Iterator[str]:
    """List the versions, where there is more than one."""
    for row in found.versions if len(found.versions) > 1 else ():
        signal = f"  {row['signal']}" if row["signal"] else ""
        status = f"  {row['status']}" if row["status"] != "usable" else ""
        here = "  (this one)" if row["id"] == found.stored.id else ""
        yield (
            f"{row['version']}  article {row['id']}  {row['received'][:16].replace('T', ' ')}Z"
            f"{signal}{status}  {row['headline'][:70]}{here}"
        )


def _copies(found: "Dossier") -> Iterator[str]:
    """List the other outlets that brought the story."""
    for row in found.copies[:_MOST_COPIES]:
        yield (
            f"article {row['id']}  {row['received'][:16].replace('T', ' ')}Z  {row['outlet']}"
            f"  {row['headline'][:70]}"
        )
    if len(found.copies) > _MOST_COPIES:
        yield f"and {len(found.copies) - _MOST_COPIES} more"
