"""The tables of `wirewatch.toml`, key by key; docs/configuration.md says what each means."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    StringConstraints,
    WithJsonSchema,
)

from wirewatch.quantities import Count, Duration, Rate, RateLimit, Share, Size, SomeTime
from wirewatch.rhythm import Quiet, quiet_of, rhythm_of, zone_of
from wirewatch.states import After, GroupBy, Severity, Watching
from wirewatch.tomlfile import Table

_NEVER = "never"
_BREAKING = (*Severity, _NEVER)
_LISTEN = re.compile(r"([A-Za-z0-9.\-]+|\[[0-9A-Fa-f:]+\]):(\d{1,5})")
_LAST_PORT = 65_535
_WEB = re.compile(
    r"https?://[A-Za-z0-9.\-]+(?::\d{1,5})?(?:/[A-Za-z0-9._~/\-]*)?|https?://\[[0-9A-Fa-f:]+\](?::\d{1,5})?/?"
)


def _not_empty(path: Path) -> Path:
    """Refuse an empty path, which would mean the folder of the file itself."""
    if path == Path():
        raise ValueError("the path is empty | name a file or folder")
    return path


def _severity_or_never(value: Any) -> Any:  # noqa: ANN401 - whatever the file holds
    """Read a severity; None for 'never'."""
    if value not in _BREAKING:
        said = "', '".join(_BREAKING)
        raise ValueError(f"{value!r} is no severity | write one of '{said}'")
    return None if value == _NEVER else Severity(value)


def _web_url(url: str) -> str:
    """Refuse what is no address of web pages, or could be more than one in a message."""
    if url and not _WEB.fullmatch(url):
        raise ValueError(
            f"{url!r} is no address | write it as 'https://desk.example.org/wirewatch'"
        )
    return url.rstrip("/")


def _address(value: Any) -> Any:  # noqa: ANN401 - whatever the file holds
    """Read an address to listen on: '127.0.0.1:8089'."""
    found = _LISTEN.fullmatch(value) if isinstance(value, str) else None
    if not found or int(found[2]) > _LAST_PORT:
        raise ValueError(f"{value!r} is no address to listen on | write it as '127.0.0.1:8089'")
    return found[1].strip("[]"), int(found[2])


def _broker_address(value: str) -> str:
    """Refuse what is no address of a broker's node."""
    if not _LISTEN.fullmatch(value):
        raise ValueError(f"{value!r} is no address of a node | write it as 'mq1:5671'")
    return value


Name = Annotated[str, StringConstraints(pattern=r"^[\w.-]+$")]
HostName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]+$", to_lower=True)]
HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]*$")]
FilePath = Annotated[Path, AfterValidator(_not_empty)]
Address = Annotated[tuple[str, int], BeforeValidator(_address), WithJsonSchema({"type": "string"})]
Zone = Annotated[ZoneInfo, BeforeValidator(zone_of), WithJsonSchema({"type": "string"})]
Rhythm = Annotated[str, AfterValidator(rhythm_of)]
Breaking = Annotated[
    Severity | None,
    BeforeValidator(_severity_or_never),
    WithJsonSchema({"enum": list(_BREAKING)}),
]
BrokerAddress = Annotated[str, AfterValidator(_broker_address)]
WebUrl = Annotated[str, AfterValidator(_web_url)]
QuietHours = Annotated[Quiet, BeforeValidator(quiet_of), WithJsonSchema({"type": "string"})]


class StoreTable(Table):
    """`[store]`: the SQLite file."""

    path: FilePath


class InboxTable(Table):
    """`[[inbox]]`: one watched folder."""

    name: Name
    path: FilePath
    recursive: bool = True
    include: tuple[str, ...] = ("**",)
    exclude: tuple[str, ...] = ()
    after: After = After.LEAVE
    archive: FilePath | None = None
    settle: Duration = timedelta(seconds=3)
    watcher: Watching = Watching.AUTO
    poll: SomeTime = timedelta(seconds=1)


class LimitsTable(Table):
    """`[limits]`: what is refused as too large or too slow."""

    file_size: Size = 20_000_000
    line_length: Size = 1_000_000
    expanded_size: Size = 200_000_000
    expansion: Count = 200
    members: Count = 10_000
    depth: Count = 4
    articles: Count = 10_000
    parse_time: SomeTime = timedelta(seconds=20)
    parse_memory: Annotated[Size, Field(ge=256_000_000)] = 1_000_000_000


class IntakeTable(Table):
    """`[intake]`: how folders are kept in sight."""

    rescan: SomeTime = timedelta(minutes=5)


class PathsTable(Table):
    """`[gazetteers]`: files, by name or pattern."""

    paths: tuple[str, ...] = ()


class RulesTable(PathsTable):
    """`[rules]`: files, by name or pattern, and where the workbench may save one."""

    save_to: FilePath | None = None


class ChannelTable(Table):
    """`[[channel]]`: one recipient, by its Apprise URL."""

    name: Name
    url: SecretStr
    timeout: SomeTime = timedelta(seconds=15)
    embargoed: bool = False
    zone: Zone = ZoneInfo("UTC")
    digest: tuple[Rhythm, ...] = ()
    nothing: bool = False
    quiet: tuple[QuietHours, ...] = ()
    rate: RateLimit | None = None
    group: GroupBy | None = None
    interval: SomeTime = timedelta(minutes=30)
    breaks: Breaking = Severity.CRITICAL
    template: Name = ""
    language: str = "en"


class TemplatesTable(Table):
    """`[templates]`: the folder of one's own templates."""

    path: FilePath | None = None


class WebTable(Table):
    """`[web]`: where people find the web pages."""

    url: WebUrl = ""
    listen: Address | None = None


class MetricsTable(Table):
    """`[metrics]`: where figures are read, and by whom."""

    listen: Address | None = None
    token: SecretStr = SecretStr("")


class ControlTable(Table):
    """`[control]`: the socket by which pages and commands ask something of the daemon."""

    socket: FilePath | None = None


class PagesTable(Table):
    """`[pages]`: where `wirewatch serve` shows the archive, by which names, and to whom."""

    listen: Address = ("127.0.0.1", 8002)
    names: tuple[HostName, ...] = ()
    token: SecretStr = SecretStr("")
    user_header: HeaderName = ""


class RouteTable(Table):
    """`[[route]]`: which alerts go to some channels, beside those that their rules name."""

    channels: tuple[Name, ...] = Field(min_length=1)
    severity: Severity = Severity.LOW
    rule: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    after: Duration = timedelta()
    goes_on: bool = Field(default=False, alias="continue")


class StoriesTable(Table):
    """`[stories]`: when an article is a copy of one that came before."""

    phrases: Share = 0.4
    numbers: Share = 0.6
    sentences: Share = 0.9
    within: Duration = timedelta(days=3)


class DeliveryTable(Table):
    """`[delivery]`: how long and how often sending is tried."""

    give_up_after: SomeTime = timedelta(days=3)
    first_retry: SomeTime = timedelta(seconds=5)
    slowest_retry: SomeTime = timedelta(hours=1)
    gather_after: SomeTime = timedelta(hours=1)


class AlarmsTable(Table):
    """`[alarms]`: who hears of the desk's own trouble, and from when on it is trouble."""

    channels: tuple[Name, ...] = ()
    zone: Zone = ZoneInfo("UTC")
    missed: Annotated[int, Field(ge=0)] = 5
    quarantined: RateLimit = Rate(20, timedelta(hours=1))
    free: Size = 500_000_000
    failing: SomeTime = timedelta(minutes=15)


class BackupTable(Table):
    """`[backup]`: where verified copies of the store are put, how often, and how many stay."""

    folder: FilePath | None = None
    every: SomeTime = timedelta(days=1)
    keep: Count = 7


class RetentionTable(Table):
    """`[retention]`: for how long rows are kept, and how large the store may be."""

    attempts: SomeTime | None = None
    articles: SomeTime | None = None
    alerts: SomeTime | None = None
    ledger: SomeTime | None = None
    size: Size | None = None


class ClusterTable(Table):
    """`[cluster]`: the broker that several machines work by, and what is put on it."""

    addresses: tuple[BrokerAddress, ...] = ()
    name: Name | None = None
    user: str = "guest"
    password: SecretStr = SecretStr("guest")
    vhost: str = "/"
    prefix: Name = "wirewatch"
    tls: bool = False
    ca: FilePath | None = None
    certificate: FilePath | None = None
    key: FilePath | None = None
    heartbeat: SomeTime = timedelta(seconds=2)
    replicas: Annotated[Count, Field(le=7)] = 3
    tries: Count = 5
    largest: Annotated[Size, Field(le=100_000_000)] = 4_000_000
    arrivals: Size = 10_000_000_000
    desk: Size = 50_000_000_000
    management: tuple[WebUrl, ...] = ()


class ConfigTable(Table):
    """`wirewatch.toml`."""

    store: StoreTable
    inbox: tuple[InboxTable, ...] = Field(min_length=1)
    rules: RulesTable = RulesTable()
    gazetteers: PathsTable = PathsTable()
    channel: tuple[ChannelTable, ...] = ()
    route: tuple[RouteTable, ...] = ()
    limits: LimitsTable = LimitsTable()
    intake: IntakeTable = IntakeTable()
    stories: StoriesTable = StoriesTable()
    delivery: DeliveryTable = DeliveryTable()
    alarms: AlarmsTable = AlarmsTable()
    backup: BackupTable = BackupTable()
    retention: RetentionTable = RetentionTable()
    templates: TemplatesTable = TemplatesTable()
    web: WebTable = WebTable()
    metrics: MetricsTable = MetricsTable()
    control: ControlTable = ControlTable()
    pages: PagesTable = PagesTable()
    cluster: ClusterTable = ClusterTable()
