"""`wirewatch formats`: the kinds of file that are read."""

from wirewatch.cli.app import AsJson, app, print_json


@app.command()
def formats(as_json: AsJson = False) -> None:
    """List the formats in the order in which they are tried, and what each reads."""
    from wirewatch.formats import formats as known
    from wirewatch.formats import parser_of
    from wirewatch.formats.extras import EXTRA, is_installed

    rows = [
        {
            "name": one.name,
            "parser": parser_of(one),
            "reads": one.reads,
            "installed": is_installed(one.needs),
        }
        for one in known()
    ]
    if as_json:
        print_json(rows)
        return
    width = max(len(str(row["parser"])) for row in rows)
    for row in rows:
        missing = "" if row["installed"] else f" (not installed: pip install 'wirewatch[{EXTRA}]')"
        print(f"{row['parser']:{width}}  {row['reads']}{missing}")
