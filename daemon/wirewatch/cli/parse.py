"""`wirewatch parse`: what would be stored of a file, and why?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wirewatch.cli.app import AsJson, app, print_json
from wirewatch.text.visible import isolated

if TYPE_CHECKING:
    from wirewatch.formats import Origin, Reading
    from wirewatch.model import Article

_ADDED = {
    "language": "its text, as the file declares none",
    "subjects": "the file's codes, with the names of IPTC's topics",
}
_SHOWN = 60  # characters of a value beside where it is from


@app.command()
def parse(
    file: Annotated[Path, typer.Argument(help="A file as an agency delivers it.")],
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Say why it is this format, and where fields are from."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what would be stored of a file, without storing it.

    Exits with 1, and says why, when the file would be quarantined.
    """
    from wirewatch.errors import Unreadable
    from wirewatch.intake.source import GoneError, RetryError, read
    from wirewatch.pipeline.examine import Limits
    from wirewatch.pipeline.parsing import Parser

    parser = Parser()
    try:
        limits = Limits()
        reading = parser.read(read(str(file), limits.file_size).data, limits)
    except (GoneError, RetryError) as error:
        said = str(error) or "No such file or directory"
        raise typer.BadParameter(f"{file}: {said}", param_hint="FILE") from error
    except Unreadable as error:
        if as_json:
            print_json({"reason": error.reason, "detail": error.detail, "articles": []})
        else:
            typer.echo(f"{file}: would be quarantined: {error}", err=True)
        raise typer.Exit(1) from error
    finally:
        parser.rest()
    if as_json:
        print_json(_record(reading, explain=explain))
    else:
        _print(reading, explain=explain)


def _record(reading: "Reading", *, explain: bool) -> dict[str, object]:
    """Give a reading as a script wants it."""
    articles = [article._asdict() for article in reading.articles]
    skipped = [item._asdict() for item in reading.skipped]
    record: dict[str, object] = {"format": reading.format, "articles": articles, "skipped": skipped}
    if explain:
        record["told_by"] = dict(_told_by(reading))
        record["sources"] = [
            {"format": origin.format, "member": origin.member}
            | {"fields": {field: where for field, _, where in _sources(article, origin)}}
            for article, origin in zip(reading.articles, reading.origins, strict=True)
        ]
    return record


def _print(reading: "Reading", *, explain: bool) -> None:
    """Print a reading for people."""
    print(f"format: {reading.format}")
    for name, told_by in _told_by(reading) if explain else ():
        print(f"  {name}: told by {told_by}")
    for article, origin in zip(reading.articles, reading.origins, strict=True):
        if explain:
            _explain(article, origin)
        else:
            _show(article)
    for item in reading.skipped:
        print(f"skipped: {isolated(item.item)} ({item.why})")


def _told_by(reading: "Reading") -> list[tuple[str, str]]:
    """Say how each layer of a file was told, from outside in."""
    from wirewatch.formats import formats

    known = {one.name: one for one in formats()}
    *around, inside = reading.format.split("/")
    told = [(kind, "its first bytes") for kind in around]
    for name in inside.split("+"):
        if name not in known:
            told.append((name, "its first bytes"))
            continue
        before = ", ".join(list(known)[: list(known).index(name)])
        said = known[name].told_by + (f" (asked before, and none: {before})" if before else "")
        told.append((f"{name}/{known[name].version}", said))
    return told


def _sources(article: "Article", origin: "Origin") -> list[tuple[str, str, str]]:
    """Give each field of an article that has a value, and where it is from."""
    from wirewatch.formats import formats

    sources = next(one.sources for one in formats() if one.name == origin.format)
    return [
        (field, _shown(value), _ADDED[field] if field in origin.added else sources.get(field, "-"))
        for field, value in article._asdict().items()
        if value not in (None, "", ()) and field != "published_precision"
    ]


def _shown(value: object) -> str:
    """Show a value on a line, in short."""
    line = " ".join(", ".join(value).split() if isinstance(value, tuple) else str(value).split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def _explain(article: "Article", origin: "Origin") -> None:
    """Print where each field of an article is from."""
    print(f"\n{isolated(origin.member or 'article')}: {isolated(article.headline)}")
    for field, value, where in _sources(article, origin):
        print(f"  {field:9} {isolated(value)}")
        print(f"  {'':9}   from {where}")


def _show(article: "Article") -> None:
    """Print an article for people: its fields, then its text."""
    for field, value in article._asdict().items():
        if field != "body" and value not in (None, "", ()):
            print(f"{field}: {isolated(str(value))}")
    print(f"\n{article.body}")
