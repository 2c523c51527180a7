"""What a running daemon says of itself, for `wirewatch status` to read."""

from datetime import datetime
from enum import StrEnum

from sqlite_utils import Database

from wirewatch.clock import iso


class Notice(StrEnum):
    """What is said (`notices.name`)."""

    RULES = "rules"
    RELOAD_FAULT = "reload-fault"
    RESTORED = "restored"
    BACKUP = "backup"


def set_notice(db: Database, notice: Notice, value: str | None, now: datetime) -> None:
    """Keep what is said now, or with None nothing any more. Call it inside a transaction."""
    if value is None:
        db.conn.execute("DELETE FROM notices WHERE name = ?", (notice.value,))
        return
    db.conn.execute(
        "INSERT OR REPLACE INTO notices (name, value, at) VALUES (?, ?, ?)",
        (notice.value, value, iso(now)),
    )


def notices(db: Database) -> dict[Notice, tuple[str, str]]:
    """Give what is said, each with the time since when."""
    rows = db.execute("SELECT name, value, at FROM notices").fetchall()
    return {Notice(name): (value, at) for name, value, at in rows}
