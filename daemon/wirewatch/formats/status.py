"""Whether a story may be used: what agencies call it, and what an embargo makes of it."""

_STATUSES = {
    "canceled": "canceled",
    "cancelled": "canceled",
    "killed": "canceled",
    "withheld": "withheld",
}


def status_of(said: str, embargo: str | None) -> str:
    """Give a status as `Article.status` has it; what says none is usable.

    What is under embargo, nobody knows until when, is withheld.
    """
    said = said.lower()
    if said == "embargoed":
        return "usable" if embargo else "withheld"
    return _STATUSES.get(said, "usable")
