"""`wirewatch schema`: JSON Schemas of the files that people write, for their editors."""

from enum import StrEnum
from typing import Annotated

import typer

from wirewatch.cli.app import app, print_json


class Kind(StrEnum):
    """The files that have a schema."""

    CONFIG = "config"
    RULES = "rules"
    GAZETTEER = "gazetteer"


@app.command()
def schema(
    kind: Annotated[Kind, typer.Argument(help="The kind of file: config, rules or gazetteer.")],
) -> None:
    """Print the JSON Schema of a kind of file, for editors that complete and check TOML."""
    from wirewatch.rules.gazetteer.table import GazetteerTable
    from wirewatch.rules.rulefile import RuleFile
    from wirewatch.tables import ConfigTable

    match kind:
        case Kind.CONFIG:
            print_json(ConfigTable.model_json_schema())
        case Kind.RULES:
            print_json(RuleFile.model_json_schema())
        case Kind.GAZETTEER:
            print_json(GazetteerTable.model_json_schema())
