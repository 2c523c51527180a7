"""`wirewatch parse`: what would be stored of a file?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wirewatch.cli.app import AsJson, app, print_json

if TYPE_CHECKING:
    from wirewatch.model import Article


@app.command()
def parse(
    file: Annotated[Path, typer.Argument(help="A file as an agency delivers it.")],
    as_json: AsJson = False,
) -> None:
    """Show what would be stored of a file, without storing it.

    Exits with 1, and says why, when the file would be quarantined.
    """
    from wirewatch.errors import Unreadable
    from wirewatch.pipeline.examine import Limits
    from wirewatch.pipeline.parsing import Parser

    parser = Parser()
    try:
        reading = parser.read(file.read_bytes(), Limits())
    except OSError as error:
        raise typer.BadParameter(f"{file}: {error.strerror}", param_hint="FILE") from error
    except Unreadable as error:
        if as_json:
            print_json({"reason": error.reason, "detail": error.detail, "articles": []})
        else:
            typer.echo(f"{file}: would be quarantined: {error}", err=True)
        raise typer.Exit(1) from error
    finally:
        parser.rest()
    if as_json:
        articles = [article._asdict() for article in reading.articles]
        skipped = [item._asdict() for item in reading.skipped]
        print_json({"format": reading.format, "articles": articles, "skipped": skipped})
        return
    print(f"format: {reading.format}")
    for article in reading.articles:
        _show(article)
    for item in reading.skipped:
        print(f"skipped: {item.item} ({item.why})")


def _show(article: "Article") -> None:
    """Print an article for people: its fields, then its text."""
    for field, value in article._asdict().items():
        if field != "body" and value not in (None, "", ()):
            print(f"{field}: {value}")
    print(f"\n{article.body}")
