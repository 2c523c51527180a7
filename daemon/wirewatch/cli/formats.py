"""`wirewatch formats`: the kinds of file that are read."""

from wirewatch.cli.app import AsJson, app, print_json


@app.command()
def formats(as_json: AsJson = False) -> None:
    """List the formats in the order in which they are tried, and what each reads."""
    from wirewatch.formats import formats as known
    from wirewatch.formats import parser_of

    rows = [{"name": one.name, "parser": parser_of(one), "reads": one.reads} for one in known()]
    if as_json:
        print_json(rows)
        return
    width = max(len(row["parser"]) for row in rows)
    for row in rows:
        print(f"{row['parser']:{width}}  {row['reads']}")
