"""The rules of a configuration, read from TOML files and checked whole."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from wirewatch.errors import ConfigError, Fault, RuleError
from wirewatch.model import Article, Condition
from wirewatch.rules.gazetteer.gazetteer import Gazetteer, meant, reached
from wirewatch.rules.parser import parse_query
from wirewatch.rules.query.leaf import Named
from wirewatch.rules.query.node import Node
from wirewatch.rules.rulefile import RuleFile, RuleTable, TestTable
from wirewatch.rules.sense import fault_of
from wirewatch.states import Severity
from wirewatch.tomlfile import nearest, read_partly


@dataclass(frozen=True, slots=True)
class RuleTest:
    """What a rule must say of one text: `article` is None where a `file` holds it."""

    place: str
    article: Article | None
    file: Path | None
    source: str
    matches: bool
    spans: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule ready to be compiled; `hash` changes with all that decides what it matches."""

    name: str
    title: str
    text: str
    query: Node
    severity: Severity
    channels: tuple[str, ...]
    hash: str
    tests: tuple[RuleTest, ...] = ()
    tags: tuple[str, ...] = ()
    group: str = ""
    when: Condition | None = None


def read_rules(
    paths: Iterable[Path], gazetteers: Mapping[str, Gazetteer] | None, channels: Iterable[str]
) -> tuple[tuple[Rule, ...], list[Fault]]:
    """Read rule files; give the sound rules, and every fault of the others. None is skipped.

    Without gazetteers (when those are at fault themselves) names of lists are taken as they come.
    """
    faults: list[Fault] = []
    rules: list[Rule] = []
    names: set[str] = set()
    known_channels = list(channels)
    for path in paths:
        table, found = read_partly(path, RuleFile)
        faults += found
        for number, row in enumerate(table.rule if table else (), start=1):
            place = f"{path}: rule[{number}]"
            if row.name in names:
                problem = f"the name {row.name!r} is taken"
                faults.append(Fault(f"{place}.name", problem, "rename one of the two rules"))
            names.add(row.name)
            faults += _unknown_channels(place, row, known_channels)
            try:
                query = parse_query(row.query)
            except RuleError as error:
                faults.append(Fault(f"{place}.query", error.drawn(), error.remedy))
                continue
            wrong = _query_faults(place, query, gazetteers) + _when_faults(place, row, gazetteers)
            faults += wrong
            if not wrong:
                tests, senseless = _tests(path, place, row.test)
                faults += senseless
                rules.append(_rule(row, query, gazetteers or {}, tests))
    return tuple(rules), faults


def named_lists(rules: Iterable[Rule], gazetteers: Mapping[str, Gazetteer]) -> dict[str, Gazetteer]:
    """Give the lists that rules name, with those that these include: all they need to be tried.

    The world's parliaments take a second to compile, which few queries need.
    """
    leaves = (leaf for rule in rules for leaf in rule.query.leaves())
    names = {leaf.gazetteer for leaf in leaves if isinstance(leaf, Named)}
    names |= {inner for name in names for inner in reached(gazetteers, name)}
    return {name: one for name, one in gazetteers.items() if name in names}


def load_rules(
    paths: Iterable[Path], gazetteers: Mapping[str, Gazetteer], channels: Iterable[str]
) -> tuple[Rule, ...]:
    """Read rule files. Raises ConfigError with every fault of all of them."""
    rules, faults = read_rules(paths, gazetteers, channels)
    if faults:
        raise ConfigError(faults)
    return rules


def rule_of(name: str, query: str, gazetteers: Mapping[str, Gazetteer]) -> Rule:
    """Make a rule of a query typed by hand, which tells nobody.

    Raises RuleError when it cannot be read, ConfigError when it cannot be used.
    """
    tree = parse_query(query)
    faults = _query_faults(name, tree, gazetteers)
    if faults:
        raise ConfigError(faults)
    return _rule(RuleTable(name=name, query=query), tree, gazetteers)


def rule_again(
    name: str,
    query: str,
    severity: Severity,
    channels: tuple[str, ...],
    gazetteers: Mapping[str, Gazetteer],
) -> Rule:
    """Make a rule of what is kept of it. Raises RuleError or ConfigError as `rule_of` does."""
    row = RuleTable(name=name, query=query, severity=severity, channels=channels)
    rule = rule_of(name, query, gazetteers)
    return _rule(row, rule.query, gazetteers)


def _rule(
    row: RuleTable,
    query: Node,
    gazetteers: Mapping[str, Gazetteer],
    tests: tuple[RuleTest, ...] = (),
) -> Rule:
    """Make a rule and digest what decides what it matches, gazetteers included."""
    named = {leaf.gazetteer for leaf in query.leaves() if isinstance(leaf, Named)}
    digests = [gazetteers[name].digest for name in sorted(named) if name in gazetteers]
    words = repr((row.name, row.query, row.severity.value, row.channels, digests))
    digest = hashlib.sha256(words.encode()).hexdigest()[:16]
    title = row.title or row.name
    return Rule(
        row.name,
        title,
        row.query,
        query,
        row.severity,
        row.channels,
        digest,
        tests,
        row.tags,
        row.group,
        row.when.condition if row.when else None,
    )


def _tests(
    path: Path, place: str, rows: Iterable[TestTable]
) -> tuple[tuple[RuleTest, ...], list[Fault]]:
    """Make the tests of a rule; one that holds neither text nor file is a fault."""
    tests: list[RuleTest] = []
    faults: list[Fault] = []
    for number, row in enumerate(rows, start=1):
        here = f"{place}.test[{number}]"
        if bool(row.text or row.title) == bool(row.file):
            faults.append(Fault(here, "needs a text or a file, and not both", "give one of them"))
        if row.spans and not row.matches:
            problem = "names spans, though the rule is not to match"
            faults.append(Fault(f"{here}.spans", problem, "take them away"))
        article = Article(
            guid="test",
            title=row.title,
            headline=row.title,
            body=row.text,
            dateline=row.dateline,
            published=row.published,
            place=row.place,
            country=row.country,
            agency=row.agency,
            byline=row.byline,
            language=row.lang,
            subjects=row.subjects,
            urgency=row.urgency,
        )
        file = path.parent / row.file if row.file else None
        tests.append(
            RuleTest(here, None if file else article, file, row.source, row.matches, row.spans)
        )
    return tuple(tests), faults


def _unknown_channels(place: str, row: RuleTable, known: list[str]) -> list[Fault]:
    """Name the channels of a rule that the configuration does not have."""
    return [
        Fault(f"{place}.channels", f"unknown channel {name!r}", nearest(name, known, "channels"))
        for name in row.channels
        if name not in known
    ]


def _when_faults(
    place: str, row: RuleTable, gazetteers: Mapping[str, Gazetteer] | None
) -> list[Fault]:
    """Name the gazetteers of a rule's condition that there are not."""
    return [
        Fault(
            f"{place}.when.{key}",
            f"unknown gazetteer @{name}",
            nearest(name, list(gazetteers or ()), "gazetteers"),
        )
        for key, name in (row.when.lists if row.when else ())
        if gazetteers is not None and name not in gazetteers
    ]


def _query_faults(
    place: str, query: Node, gazetteers: Mapping[str, Gazetteer] | None
) -> list[Fault]:
    """Find unknown gazetteers, unknown parts of them, and a query that makes no sense."""
    faults: list[Fault] = []
    for leaf in query.leaves():
        if not isinstance(leaf, Named) or gazetteers is None:
            continue
        gazetteer = gazetteers.get(leaf.gazetteer)
        if gazetteer is None:
            remedy = nearest(leaf.gazetteer, list(gazetteers), "gazetteers")
            faults.append(Fault(f"{place}.query", f"unknown gazetteer @{leaf.gazetteer}", remedy))
        elif leaf.part and not meant(gazetteers, leaf.gazetteer, leaf.part):
            problem = f"@{leaf.gazetteer} has no entry, country or group {leaf.part!r}"
            remedy = nearest(leaf.part, gazetteer.parts(), "parts")
            faults.append(Fault(f"{place}.query", problem, remedy))
    senseless = fault_of(query)
    if senseless:
        faults.append(Fault(f"{place}.query", *senseless))
    return faults
