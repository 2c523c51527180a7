"""`when` of a rule: what must hold over time for a match to ring."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field, model_validator

from wirewatch.model import Condition
from wirewatch.quantities import SomeTime
from wirewatch.tomlfile import Table

_COUNTS_WITHIN = timedelta(hours=1)
_SPIKE_WITHIN = timedelta(hours=6)


class WhenTable(Table):
    """`[rule.when]`: all that is set must hold."""

    articles: Annotated[int, Field(ge=2)] | None = None
    stories: Annotated[int, Field(ge=2)] | None = None
    outlets: Annotated[int, Field(ge=2)] | None = None
    spike: Annotated[float, Field(gt=1)] | None = None
    within: SomeTime | None = None
    new: str = ""
    pair: str = ""
    known_for: SomeTime | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> "WhenTable":
        """Refuse a condition that says nothing, and keys that need others."""
        counts = self.articles or self.stories or self.spike
        if not (counts or self.outlets or self.new or self.pair):
            said = "name articles, stories, outlets, spike, new or pair"
            raise ValueError(f"it says nothing | {said}")
        if self.within and not counts:
            raise ValueError("`within` has nothing to count | name articles, stories or spike")
        if self.known_for and not (self.new or self.pair):
            raise ValueError("`known_for` has nothing that is new | name new or pair")
        return self

    @property
    def lists(self) -> tuple[tuple[str, str], ...]:
        """Give the gazetteers that it names, by key, without their @."""
        named = (("new", self.new), ("pair", self.pair))
        return tuple((key, name.removeprefix("@")) for key, name in named if name)

    @property
    def condition(self) -> Condition:
        """Give it as a value."""
        lists = dict(self.lists)
        return Condition(
            self.articles or 0,
            self.stories or 0,
            self.outlets or 0,
            self.spike or 0.0,
            self.within or (_SPIKE_WITHIN if self.spike else _COUNTS_WITHIN),
            lists.get("new", ""),
            lists.get("pair", ""),
            self.known_for,
        )
