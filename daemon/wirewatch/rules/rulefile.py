"""The tables of a file of rules, key by key; docs/rules.md says what each means."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from wirewatch.model import GROUP_FIELDS
from wirewatch.rules.when import WhenTable
from wirewatch.states import Severity
from wirewatch.tomlfile import Table


class TestTable(Table):
    """`[[rule.test]]`: a text or file on which the rule must match, or must not."""

    __test__ = False  # for pytest, which takes every Test… for one of its own

    text: str = ""
    file: Path | None = None
    matches: bool = True
    spans: tuple[str, ...] = ()
    title: str = ""
    dateline: str = ""
    byline: str | None = None
    place: str | None = None
    country: str | None = None
    agency: str | None = None
    lang: str | None = None
    source: str = "test"
    subjects: tuple[str, ...] = ()
    urgency: int | None = None
    published: str | None = None


Tag = Annotated[str, StringConstraints(pattern=r"^[\w.-]+$")]


def _group(value: str) -> str:
    """Refuse fields that no alert has."""
    for name in re.findall(r"\{(.*?)\}", value):
        if name not in GROUP_FIELDS:
            known = ", ".join(f"{{{field}}}" for field in GROUP_FIELDS)
            raise ValueError(f"{{{name}}} is no field of an alert | the fields are {known}")
    return value


class RuleTable(Table):
    """`[[rule]]`: what to look for, and whom to tell."""

    name: Annotated[str, StringConstraints(pattern=r"^[\w.-]+$")]
    title: str = ""
    query: str
    severity: Severity = Severity.NORMAL
    channels: tuple[str, ...] = ()
    tags: tuple[Tag, ...] = ()
    group: Annotated[str, AfterValidator(_group)] = ""
    when: WhenTable | None = None
    test: tuple[TestTable, ...] = ()


class RuleFile(Table):
    """A file of rules."""

    rule: tuple[RuleTable, ...] = ()
