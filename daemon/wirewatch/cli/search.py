"""`wirewatch search`: find stored articles with the rules' own language."""

from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from wirewatch.cli.app import AsJson, app, config_path, print_json

if TYPE_CHECKING:
    from wirewatch.model import Span
    from wirewatch.store.archive import Stored


@app.command()
def search(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="A query as in a rule, in quotes.")],
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Show at most so many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Find stored articles, newest first. Exits with 1 when there is none."""
    from wirewatch.config import load_config
    from wirewatch.deployment import load_lists
    from wirewatch.pipeline.search import search as find

    config = load_config(config_path(context))
    found = list(islice(find(config.store, query, load_lists(config)), limit))
    if as_json:
        print_json([_record(stored, spans) for stored, spans in found])
    for stored, spans in found if not as_json else ():
        article = stored.article
        print(f"{stored.id}  {stored.received[:16]}  {stored.source}  {article.headline}")
        print(f"    {_excerpt(article.body, spans)}")
    if not found:
        typer.echo("nothing found", err=True)
        raise typer.Exit(1)


def _record(stored: "Stored", spans: "tuple[Span, ...]") -> dict[str, object]:
    """Give one result as a script wants it."""
    head = {"id": stored.id, "received": stored.received, "source": stored.source}
    return head | stored.article._asdict() | {"spans": [list(span) for span in spans]}


def _excerpt(body: str, spans: "tuple[Span, ...]") -> str:
    """Give the surroundings of the first hit in the body, on one line."""
    hit = next((span for span in spans if span.zone == "body"), None)
    start = max(0, hit.start - 50) if hit else 0
    piece = body[start : start + 140].replace("\n", " ")
    return ("…" if start else "") + "".join(c for c in piece if c.isprintable()) + "…"
