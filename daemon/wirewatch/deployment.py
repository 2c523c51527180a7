"""All that is read from files, checked whole: settings, gazetteers, rules, channels."""

import fnmatch
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib import resources
from pathlib import Path

from wirewatch.alerts.alarms import Tolerance
from wirewatch.alerts.policy import Policy
from wirewatch.alerts.routes import Route, Router
from wirewatch.clock import Clock
from wirewatch.config import Config, read_config
from wirewatch.errors import ConfigError, Fault
from wirewatch.formats import Unpacking
from wirewatch.model import Article, Match
from wirewatch.notify.send import Channel, fault_of, has_pages
from wirewatch.pipeline.alarming import Outlook
from wirewatch.pipeline.examine import Examiner, Limits
from wirewatch.pipeline.inboxes import Inbox, inboxes_of
from wirewatch.pipeline.keeping import retention_faults
from wirewatch.pipeline.patience import Patience
from wirewatch.pipeline.styles import styles, template_files
from wirewatch.rules.gazetteer.gazetteer import Gazetteer
from wirewatch.rules.gazetteer.shelf import shelved_gazetteers
from wirewatch.rules.matcher import Matcher
from wirewatch.rules.rulebook import Rule, read_rules
from wirewatch.store.stories import Telling
from wirewatch.tables import ChannelTable, RouteTable
from wirewatch.text.likeness import Thresholds
from wirewatch.tomlfile import nearest

State = tuple[tuple[str, int, int], ...]
"""The files of a configuration as they are: path, time of change in nanoseconds, bytes."""


@dataclass(frozen=True)
class Deployment:
    """A configuration ready to run."""

    config: Config
    gazetteers: dict[str, Gazetteer]
    rules: tuple[Rule, ...]
    channels: dict[str, Channel]
    files: State

    @property
    def inboxes(self) -> dict[str, Inbox]:
        """Give the inboxes by name."""
        return inboxes_of(self.config.inboxes)

    @property
    def version(self) -> str:
        """Digest what decides which alerts are raised: rules with their lists."""
        words = "".join(f"{rule.name} {rule.hash} {rule.when or ''}\n" for rule in self.rules)
        lists = "".join(f"@{one.name} {one.digest}\n" for one in self.gazetteers.values())
        return hashlib.sha256((words + lists).encode()).hexdigest()[:16]

    @property
    def patience(self) -> Patience:
        """Give how long and how often sending is tried, and what channels want to hear when."""
        delivery = self.config.delivery
        return Patience(
            delivery.give_up_after,
            delivery.first_retry,
            delivery.slowest_retry,
            delivery.gather_after,
            {table.name: _policy(table) for table in self.config.channels},
        )

    @property
    def limits(self) -> Limits:
        """Give what is refused as too large or too slow."""
        table = self.config.limits
        unpacking = Unpacking(
            table.expanded_size, table.expansion, table.members, table.depth, table.articles
        )
        return Limits(
            table.file_size,
            table.line_length,
            unpacking,
            table.parse_time.total_seconds(),
            table.parse_memory,
        )

    @property
    def telling(self) -> Telling:
        """Give how stories are told apart."""
        table = self.config.stories
        return Telling(Thresholds(table.phrases, table.numbers, table.sentences), table.within)

    @property
    def router(self) -> Router:
        """Give the routes that alerts take."""
        cleared = frozenset(table.name for table in self.config.channels if table.embargoed)
        routes = tuple(map(_route, self.config.routes))
        return Router(
            routes,
            {rule.name: rule.tags for rule in self.rules},
            cleared,
            {table.name: table.group for table in self.config.channels if table.group},
            {rule.name: rule.group for rule in self.rules if rule.group},
            {rule.name: rule.when for rule in self.rules if rule.when},
        )

    @property
    def outlook(self) -> Outlook:
        """Give who hears of the desk's own alarms, and from when on things are trouble."""
        table = self.config.alarms
        return Outlook(
            Tolerance(table.missed, table.quarantined, table.free, table.failing),
            table.zone,
            table.channels,
            self.channels,
            tuple(self.inboxes),
            self.config.backup,
        )

    @property
    def silent_rules(self) -> list[str]:
        """Name the rules that tell nobody: they name no channel, and no route can be theirs."""
        anything = Article("", "", "", "")
        known = self.router
        routes = (replace(one, sources=(), places=(), languages=()) for one in known.routes)
        router = replace(known, routes=tuple(routes))
        return [
            rule.name
            for rule in self.rules
            if not router.channels(
                Match(rule.name, rule.hash, rule.title, rule.severity, rule.channels, ()),
                anything,
                "",
            )
        ]

    def examiner(self, clock: Clock) -> Examiner:
        """Compile the rules, and make what turns files into outcomes."""
        return Examiner(Matcher(self.rules, self.gazetteers), clock, self.limits, self.router)


def _route(table: RouteTable) -> Route:
    """Give a route of the configuration."""
    return Route(
        table.channels,
        table.severity,
        table.rule,
        table.tag,
        table.source,
        table.place,
        table.language,
        table.after,
        table.goes_on,
    )


def _route_faults(path: Path, config: Config, rules: Iterable[Rule]) -> list[Fault]:
    """Find what routes name that there is not: channels, rules, tags, inboxes."""
    known = list(rules)
    named = {
        "channels": [table.name for table in config.channels],
        "rule": [rule.name for rule in known],
        "tag": sorted({tag for rule in known for tag in rule.tags}),
        "source": [table.name for table in config.inboxes],
    }
    faults = []
    for number, route in enumerate(config.routes, start=1):
        for key, names in named.items():
            for name in getattr(route, key):
                if not fnmatch.filter(names, name):
                    what = key if key.endswith("s") else f"{key}s"
                    place = f"{path}: route[{number}].{key}"
                    problem = f"unknown {key.removesuffix('s')} {name!r}"
                    faults.append(Fault(place, problem, nearest(name, names, what)))
    return faults


def _alarm_faults(path: Path, config: Config) -> list[Fault]:
    """Find channels that are to hear of alarms, and are none."""
    names = [table.name for table in config.channels]
    return [
        Fault(
            f"{path}: alarms.channels",
            f"unknown channel {name!r}",
            nearest(name, names, "channels"),
        )
        for name in config.alarms.channels
        if name not in names
    ]


def _policy(table: ChannelTable) -> Policy:
    """Give what a channel wants to hear and when."""
    interval = table.interval if table.group else timedelta()
    policy = Policy(
        table.zone,
        table.digest,
        table.quiet,
        breaks=table.breaks,
        interval=interval,
        tells_of_nothing=table.nothing,
        pictured=has_pages(table.url.get_secret_value()),
    )
    return replace(policy, rate=table.rate.number, per=table.rate.per) if table.rate else policy


def load_deployment(path: Path, *, tells: bool = True) -> Deployment:
    """Read a configuration with all that it names. Raises ConfigError with every fault at once.

    Who `tells` nobody has no channels, and needs none of their secrets.
    """
    files = files_of(path)  # before they are read: what changes meanwhile shows as a change
    config, faults = read_config(path, tells=tells)
    if config is None:
        raise ConfigError(faults)
    gazetteers, wrong_gazetteers = shelved_gazetteers(shipped_gazetteers(), config.gazetteer_files)
    names = [table.name for table in config.channels]
    known = None if wrong_gazetteers else gazetteers
    rules, wrong_rules = read_rules(config.rule_files, known, names)
    faults += wrong_gazetteers + wrong_rules
    written, wrong_styles = styles(path, config)
    faults += wrong_styles
    channels = {
        table.name: Channel(
            table.name,
            table.url.get_secret_value(),
            table.timeout.total_seconds(),
            written[table.name],
        )
        for table in config.channels
        if tells
    }
    faults += _channel_faults(path, channels.values(), faults)
    faults += [] if wrong_rules else _route_faults(path, config, rules)
    faults += _alarm_faults(path, config)
    faults += [] if wrong_rules else retention_faults(path, config, rules)
    if faults:
        raise ConfigError(faults)
    return Deployment(config, gazetteers, rules, channels, files)


def load_lists(config: Config) -> dict[str, Gazetteer]:
    """Read the gazetteers of a configuration. Raises ConfigError with every fault."""
    gazetteers, faults = shelved_gazetteers(shipped_gazetteers(), config.gazetteer_files)
    if faults:
        raise ConfigError(faults)
    return gazetteers


def files_of(path: Path) -> State:
    """Give the state of a configuration's files; one that is gone has none."""
    config, _ = read_config(path)
    files = {
        path,
        *(config.rule_files if config else ()),
        *(config.gazetteer_files if config else ()),
        *(template_files(config.templates) if config else ()),
    }
    return tuple(sorted(state for file in files if (state := _state(file))))


def _state(file: Path) -> tuple[str, int, int] | None:
    """Give the state of one file."""
    try:
        status = file.stat()
    except OSError:
        return None
    return str(file), status.st_mtime_ns, status.st_size


def shipped_gazetteers() -> list[Path]:
    """List the gazetteers that come with Wirewatch."""
    folder = Path(str(resources.files("wirewatch"))) / "defaults" / "gazetteers"
    return sorted(folder.rglob("*.toml"))


def _channel_faults(path: Path, channels: Iterable[Channel], known: list[Fault]) -> list[Fault]:
    """Find channels that Apprise cannot use, unless their secret is known to be missing."""
    faults = []
    told = {fault.place for fault in known}
    for number, channel in enumerate(channels, start=1):
        place = f"{path}: channel[{number}].url"
        problem = None if place in told else fault_of(channel.url)
        if problem:
            remedy = "see https://github.com/caronc/apprise/wiki for the service's form"
            faults.append(Fault(place, problem, remedy))
    return faults
