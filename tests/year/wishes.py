"""What the desk's forty channels want, and after how long some are told what nobody has taken on.

It is written down here and nowhere else: a new key of a channel's table is a new field of `Wish`.
"""

from datetime import timedelta
from typing import NamedTuple

LEAVING, SEASONAL, DYING = "leaving", "seasonal", "at-once-3"


class Wish(NamedTuple):
    """What a channel wants, in the words of the configuration."""

    name: str
    zone: str = "UTC"
    digest: tuple[str, ...] = ()
    quiet: tuple[str, ...] = ()
    rate: str = ""
    breaks: str = "critical"
    embargoed: bool = False
    group: str = ""
    minutes: int = 0
    nothing: bool = False

    @property
    def holds(self) -> bool:
        """Tell whether it lets anything wait."""
        return bool(self.digest or self.quiet or self.rate or self.group)

    @property
    def interval(self) -> timedelta:
        """Give what lies between two messages of a group."""
        return timedelta(minutes=self.minutes)

    def table(self) -> str:
        """Write the channel's table."""
        lines = [
            "[[channel]]",
            f'name = "{self.name}"',
            f'url = "json://127.0.0.1:9/{self.name}"',
            f'zone = "{self.zone}"',
            f"digest = {list(self.digest)}",
            f"quiet = {list(self.quiet)}",
            f'breaks = "{self.breaks}"',
            f"embargoed = {str(self.embargoed).lower()}",
            f"nothing = {str(self.nothing).lower()}",
        ]
        lines += [f'rate = "{self.rate}"'] * bool(self.rate)
        grouped = f'group = "{self.group}"\ninterval = "{self.minutes}m"'
        return "\n".join(lines + [grouped] * bool(self.group))


_LONDON, _YORK, _SYDNEY, _ALMATY = (
    "Europe/London",
    "America/New_York",
    "Australia/Sydney",
    "Asia/Almaty",
)
WISHES = (
    *(Wish(f"at-once-{number}") for number in range(4)),
    Wish("at-once-4", group="rule", minutes=10),
    Wish("at-once-5", group="story", minutes=30),
    Wish("at-once-6", group="own", minutes=60, breaks="never"),
    Wish("cleared", embargoed=True, group="rule", minutes=20),
    Wish("cleared-digest", _LONDON, ("daily 09:00",), embargoed=True),
    Wish(LEAVING, _LONDON, ("mon-fri 12:00",)),
    Wish(SEASONAL),
    Wish("morning-london", _LONDON, ("daily 08:00",)),
    Wish("morning-york", _YORK, ("daily 08:00",)),
    Wish("morning-sydney", _SYDNEY, ("daily 07:30",), breaks="high"),
    Wish("morning-almaty", _ALMATY, ("daily 08:00",), breaks="never"),
    Wish("thrice", _LONDON, ("daily 07:00", "daily 13:00", "mon-fri 18:30")),
    Wish("skipped-london", _LONDON, ("daily 01:30",)),
    Wish("skipped-york", _YORK, ("daily 02:30",)),
    Wish("skipped-sydney", _SYDNEY, ("daily 02:15", "daily 02:45"), breaks="never", nothing=True),
    Wish("weekly", _LONDON, ("sun 01:30",), breaks="high"),
    Wish("workdays", _ALMATY, ("mon-fri 09:00", "mon-fri 17:00")),
    Wish("night-london", _LONDON, quiet=("22:00-07:00",)),
    Wish("night-york", _YORK, quiet=("22:00-07:00", "sat,sun 00:00-24:00")),
    Wish("night-sydney", _SYDNEY, quiet=("23:00-02:30",), breaks="high", group="own", minutes=45),
    Wish("night-almaty", _ALMATY, quiet=("20:00-08:00",), breaks="never"),
    Wish("gap-york", _YORK, quiet=("02:30-06:00",), breaks="never"),
    Wish("lunch", _LONDON, quiet=("12:30-13:30", "sun 00:00-24:00"), group="own", minutes=20),
    Wish("ten-an-hour", rate="10/h", group="rule", minutes=15),
    Wish("two-an-hour", rate="2/h"),
    Wish("one-a-minute", rate="1/m"),
    Wish("twenty-a-day", _YORK, rate="20/d"),
    Wish("four-an-hour-never", rate="4/h", breaks="never", group="story", minutes=10),
    Wish("rate-and-night", _LONDON, quiet=("22:00-07:00",), rate="3/h", group="rule", minutes=30),
    Wish("rate-and-night-york", _YORK, quiet=("00:00-06:30",), rate="6/h", breaks="high"),
    Wish("digest-and-night", _LONDON, ("daily 06:00", "daily 20:00"), ("22:00-07:00",)),
    Wish("digest-and-rate", _SYDNEY, ("daily 08:00", "daily 08:20"), rate="1/h"),
    Wish("all", _YORK, ("daily 06:00", "daily 18:00"), ("21:00-07:00",), "2/h"),
    Wish("all-low", _SYDNEY, ("daily 02:30",), ("01:00-05:00",), "1/h", "normal"),
    Wish(
        "two-hourly",
        _LONDON,
        tuple(f"daily {hour:02}:00" for hour in range(1, 24, 2)),
        nothing=True,
    ),
    Wish("busy-digest", _LONDON, ("mon,thu 10:00",), breaks="never"),
)
NAMES = tuple(wish.name for wish in WISHES)
BY_RULES = tuple(name for name in NAMES if name not in {LEAVING, SEASONAL, "busy-digest"})
BY_NAME = {wish.name: wish for wish in WISHES}
ESCALATED = {
    name: timedelta(minutes=minutes)
    for name, minutes in (
        ("night-almaty", 15),
        ("at-once-2", 60),
        ("two-an-hour", 15),
        ("thrice", 60),
        ("at-once-4", 15),
    )
}
"""For how long nobody must have taken an alert on until a channel is told by a route."""
