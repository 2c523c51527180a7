"""The configuration: `wirewatch.toml`, read and checked whole."""

import os
import re
from pathlib import Path

from pydantic import SecretStr

from wirewatch.errors import ConfigError, Fault
from wirewatch.exposure import guarded
from wirewatch.masking import hide
from wirewatch.secret import resolve
from wirewatch.states import After
from wirewatch.tables import (
    AlarmsTable,
    BackupTable,
    ChannelTable,
    ClusterTable,
    ConfigTable,
    DeliveryTable,
    InboxTable,
    IntakeTable,
    LimitsTable,
    MetricsTable,
    PagesTable,
    RetentionTable,
    RouteTable,
    StoriesTable,
)
from wirewatch.tomlfile import Table, read_partly

_WILD = re.compile(r"[*?\[]")


class Config(Table):
    """A checked configuration, its paths absolute and its references resolved."""

    path: Path
    store: Path
    socket: Path
    inboxes: tuple[InboxTable, ...]
    rule_files: tuple[Path, ...]
    rules_saved_to: Path | None
    gazetteer_files: tuple[Path, ...]
    channels: tuple[ChannelTable, ...]
    routes: tuple[RouteTable, ...]
    limits: LimitsTable
    intake: IntakeTable
    stories: StoriesTable
    delivery: DeliveryTable
    alarms: AlarmsTable
    backup: BackupTable
    retention: RetentionTable
    templates: Path | None = None
    web: str = ""
    listen: tuple[str, int] | None = None
    metrics: MetricsTable = MetricsTable()
    pages: PagesTable = PagesTable()
    cluster: ClusterTable = ClusterTable()


def find_config(given: Path | None) -> Path:
    """Give the configuration's path: as given, else ./config, else the XDG place, else /etc.

    Raises ConfigError, naming the places, when there is none.
    """
    if given is not None:
        return given
    xdg = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    places = [
        Path("config/wirewatch.toml"),
        xdg / "wirewatch" / "wirewatch.toml",
        Path("/etc/wirewatch/wirewatch.toml"),
    ]
    for place in places:
        if place.is_file():
            return place
    looked = ", ".join(map(str, places))
    remedy = "run `wirewatch init`, or name one with --config FILE"
    raise ConfigError([Fault("wirewatch.toml", f"not found in {looked}", remedy)])


def load_config(path: Path, *, secrets: bool = True, tells: bool = True) -> Config:
    """Read and check a configuration; `secrets` are fetched, or left as references.

    Who `tells` nobody needs no secret of a channel. Raises ConfigError with every fault at once.
    """
    config, faults = read_config(path, secrets=secrets, tells=tells)
    if faults or config is None:
        raise ConfigError(faults)
    return config


def read_config(
    path: Path, *, secrets: bool = True, tells: bool = True
) -> tuple[Config | None, list[Fault]]:
    """Read a configuration as far as it goes, with all its faults; None when too little is left.

    Who `tells` nobody needs no secret of a channel.
    """
    table, faults = read_partly(path, ConfigTable)
    if table is None:
        return None, faults
    base = path.parent.absolute()
    inboxes = tuple(_absolute(base, row) for row in table.inbox)
    store = _join(base, table.store.path)
    beside = store.with_name(store.name + ".socket")
    socket = _join(base, table.control.socket) if table.control.socket else beside
    faults += _name_faults(path, "inbox", [row.name for row in inboxes])
    faults += _name_faults(path, "channel", [row.name for row in table.channel])
    faults += _overlap_faults(path, inboxes, store)
    faults += _backup_faults(path, inboxes, base, table.backup.folder)
    faults += _socket_faults(path, inboxes, socket) if table.control.socket else []
    config = Config(
        path=path.absolute(),
        store=store,
        socket=socket,
        inboxes=inboxes,
        rule_files=_expanded(path, base, "rules", table.rules.paths, faults),
        rules_saved_to=_saving(path, base, table.rules.save_to, faults),
        gazetteer_files=_expanded(path, base, "gazetteers", table.gazetteers.paths, faults),
        channels=tuple(
            _resolved(path, number, row, faults) if secrets and tells else _hidden(row)
            for number, row in enumerate(table.channel, 1)
        ),
        routes=table.route,
        limits=table.limits,
        intake=table.intake,
        stories=table.stories,
        delivery=table.delivery,
        alarms=table.alarms,
        backup=_joined(base, table.backup),
        retention=table.retention,
        templates=_join(base, table.templates.path) if table.templates.path else None,
        web=table.web.url,
        listen=table.web.listen,
        metrics=guarded(path, "metrics", table.metrics, faults) if secrets else table.metrics,
        pages=guarded(path, "pages", table.pages, faults) if secrets else table.pages,
        cluster=_clustered(path, base, table.cluster, faults if secrets else None),
    )
    return config, faults


def _join(base: Path, path: Path) -> Path:
    """Make a path absolute, from the configuration's own folder."""
    return Path(os.path.normpath(base / path.expanduser()))


def _joined(base: Path, table: BackupTable) -> BackupTable:
    """Give where backups are put with its folder absolute."""
    folder = _join(base, table.folder) if table.folder else None
    return table.model_copy(update={"folder": folder})


def _absolute(base: Path, row: InboxTable) -> InboxTable:
    """Give an inbox with absolute paths; an archive has a default beside the inbox."""
    inbox = _join(base, row.path)
    archive = _join(base, row.archive) if row.archive else inbox.parent / "archive" / row.name
    return row.model_copy(update={"path": inbox, "archive": archive})


def _name_faults(path: Path, kind: str, names: list[str]) -> list[Fault]:
    """Find names that are taken."""
    return [
        Fault(f"{path}: {kind}[{number}].name", f"the name {name!r} is taken", "rename one of them")
        for number, name in enumerate(names, start=1)
        if name in names[: number - 1]
    ]


def _overlap_faults(path: Path, inboxes: tuple[InboxTable, ...], store: Path) -> list[Fault]:
    """Find folders that would feed themselves: one inbox, archive or store inside another inbox."""
    faults: list[Fault] = []
    for number, row in enumerate(inboxes, start=1):
        place = f"{path}: inbox[{number}]"
        for other in inboxes:
            inside = other.recursive and row.path.is_relative_to(other.path)
            earlier = inboxes.index(other) < number - 1
            if other is not row and (earlier if row.path == other.path else inside):
                problem = f"{row.path} lies inside the inbox {other.name!r}"
                faults.append(Fault(f"{place}.path", problem, "choose folders beside each other"))
            archive = row.archive if row.after is After.ARCHIVE else None
            if archive and (other.recursive or other is row) and archive.is_relative_to(other.path):
                problem = f"{archive} lies inside the inbox {other.name!r}, and would be read again"
                faults.append(Fault(f"{place}.archive", problem, "choose a folder beside it"))
        if store.is_relative_to(row.path):
            problem = f"the store {store} lies inside the inbox {row.name!r}"
            faults.append(Fault(f"{path}: store.path", problem, "choose a folder beside it"))
    return faults


def _backup_faults(
    path: Path, inboxes: tuple[InboxTable, ...], base: Path, folder: Path | None
) -> list[Fault]:
    """Find an inbox in which backups would be read as articles."""
    return [
        Fault(
            f"{path}: backup.folder",
            f"{_join(base, folder)} lies inside the inbox {row.name!r}",
            "choose a folder beside it, best on another disk",
        )
        for row in inboxes
        if folder and _join(base, folder).is_relative_to(row.path)
    ]


def _socket_faults(path: Path, inboxes: tuple[InboxTable, ...], socket: Path) -> list[Fault]:
    """Find an inbox in which the daemon's own socket would be taken for a file."""
    return [
        Fault(
            f"{path}: control.socket",
            f"{socket} lies inside the inbox {row.name!r}",
            "choose a folder beside it",
        )
        for row in inboxes
        if socket.is_relative_to(row.path)
    ]


def _expanded(
    path: Path, base: Path, key: str, patterns: tuple[str, ...], faults: list[Fault]
) -> tuple[Path, ...]:
    """Give the files that patterns stand for; a plain name must exist."""
    found: dict[Path, None] = {}
    for number, pattern in enumerate(patterns, start=1):
        full = _join(base, Path(pattern))
        plain = not _WILD.search(pattern)
        named = full if plain else _join(base, Path(_WILD.split(pattern)[0] + "x")).parent
        if not (named.is_file() if plain else named.is_dir()):
            problem = f"{named} does not exist"
            faults.append(Fault(f"{path}: {key}.paths[{number}]", problem, "check the path"))
            continue
        matches = [full] if plain else sorted(named.glob(str(full.relative_to(named))))
        found.update(dict.fromkeys(matches))
    return tuple(found)


def _saving(path: Path, base: Path, folder: Path | None, faults: list[Fault]) -> Path | None:
    """Give the folder in which rules may be saved; it has to be there."""
    full = _join(base, folder) if folder else None
    if full and not full.is_dir():
        problem = f"{full} is no folder"
        faults.append(Fault(f"{path}: rules.save_to", problem, "make it, or name another"))
    return full


def _resolved(path: Path, number: int, row: ChannelTable, faults: list[Fault]) -> ChannelTable:
    """Give a channel with the references in its URL replaced by the secrets they stand for."""
    place = f"{path}: channel[{number}].url"
    url, found = resolve(row.url.get_secret_value(), path.parent, place)
    faults += found
    return _hidden(row.model_copy(update={"url": SecretStr(url)}))


def _hidden(row: ChannelTable) -> ChannelTable:
    """Hide a channel's URL from all that is printed and logged."""
    hide(row.url.get_secret_value())
    return row


def _clustered(
    path: Path, base: Path, table: ClusterTable, faults: list[Fault] | None
) -> ClusterTable:
    """Give the broker with absolute paths, and its password itself where faults are wanted."""
    password = table.password.get_secret_value()
    if faults is not None:
        password, found = resolve(password, path.parent, f"{path}: cluster.password")
        faults += found
        if table.model_fields_set & {"password"}:  # else it is a word that everybody knows
            hide(password)
    files = {
        name: _join(base, file)
        for name in ("ca", "certificate", "key")
        if (file := getattr(table, name)) is not None
    }
    return table.model_copy(update=files | {"password": SecretStr(password)})
