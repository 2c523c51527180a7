"""The store as analysts have it, by Datasette: tables, facets, SQL, and the questions that ship."""

import tomllib
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from datasette.app import Datasette
from datasette.database import AttachedDatabase, Database

from wirewatch.store.question import Connection, connection

NAME = "store"
"""What the store is called in addresses."""
_SETTINGS = {
    "allow_download": False,
    "default_page_size": 50,
    "sql_time_limit_ms": 3_000,
    "max_csv_mb": 100,
    "facet_suggest_time_limit_ms": 15,  # of each column: a page is not to take seconds for them
    "default_cache_ttl": 0,
    "truncate_cells_html": 400,
}
_INNER = ("_sqlite_migrations", "sentences", "retired", "read_before")


class Store(Database):  # type: ignore[misc]
    """The live store, for reading only: whatever is asked, nothing is written or opened beside."""

    def connect(self, write: bool = False) -> Connection:  # noqa: FBT001, FBT002 - as Datasette has it
        """Open it. Raises PermissionError for writing."""
        if write:
            raise PermissionError("pages do not write to the store")
        found = connection(Path(self.path))
        self._all_file_connections.append(found)
        return found

    async def attached_databases(self) -> list[AttachedDatabase]:
        """Give none: there are none, and SQLite may not say so."""
        return []


def datasette(path: Path, templates: Path, assets: tuple[str, Path]) -> Datasette:
    """Make Datasette over a store, with our templates before its own."""
    made = Datasette(
        [str(path)],
        metadata=_metadata(),
        settings=_SETTINGS,
        template_dir=str(templates),
        static_mounts=[(assets[0], str(assets[1]))],
    )
    made.remove_database(path.stem)
    made.add_database(Store(made, str(path)), NAME)
    return made


def _metadata() -> dict[str, Any]:
    """Say what Datasette shows beside the tables."""
    return {
        "title": "Wirewatch",
        "databases": {
            NAME: {
                "queries": questions(),
                "tables": {
                    **{table: {"hidden": True} for table in _INNER},
                    "articles": {
                        "label_column": "headline",
                        "sort_desc": "id",
                        "fts_table": "articles_fts",
                        "fts_pk": "id",
                    },
                    "alerts": {"label_column": "title", "sort_desc": "id"},
                    "files": {"label_column": "path", "sort_desc": "id"},
                },
            }
        },
    }


@cache
def questions() -> dict[str, dict[str, str]]:
    """Give the questions that ship: each with its title, and SQL."""
    text = (resources.files("wirewatch.pages") / "questions.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
