"""Servers that others may reach: where they listen, and the token that is needed there."""

import re
from pathlib import Path
from typing import TypeVar

from pydantic import SecretStr, ValidationError

from wirewatch.errors import ConfigError, Fault
from wirewatch.masking import hide
from wirewatch.secret import resolve
from wirewatch.tables import MetricsTable, PagesTable

_LOOPBACK = re.compile(r"localhost|127\.\d+\.\d+\.\d+|::1")
_TOKEN = re.compile(r"[!-~]{16,}")
_READ = {"metrics": "how this desk works", "pages": "the whole archive"}

Guarded = TypeVar("Guarded", MetricsTable, PagesTable)


def guarded(path: Path, key: str, table: Guarded, faults: list[Fault]) -> Guarded:
    """Give a table with its token itself; beyond this machine one is needed."""
    place = f"{path}: {key}.token"
    token, found = resolve(table.token.get_secret_value(), path.parent, place)
    faults += found
    hide(token)
    if token and not _TOKEN.fullmatch(token):
        problem = "the token is short, or holds a space or what is beyond ASCII"
        faults.append(Fault(place, problem, "make one of 16 or more: `openssl rand -hex 16`"))
    if not (token or found):
        faults += exposed(path, key, table.listen)
    return table.model_copy(update={"token": SecretStr(token)})


def read_at(path: Path, table: MetricsTable, address: str) -> MetricsTable:
    """Give a table by which figures are read at another address, such as 127.0.0.1:9464.

    Raises ConfigError where it is none, or others could read them there.
    """
    try:
        listen = MetricsTable.model_validate({"listen": address}).listen
    except ValidationError as error:
        fault = Fault("--metrics", f"{address!r} is no address", "name it as 127.0.0.1:9464")
        raise ConfigError([fault]) from error
    token = table.token.get_secret_value()
    if not token and (faults := exposed(path, "metrics", listen)):
        raise ConfigError(faults)
    return table.model_copy(update={"listen": listen})


def exposed(path: Path, key: str, listen: tuple[str, int] | None) -> list[Fault]:
    """Find a server without a token where others reach it."""
    if not listen or _LOOPBACK.fullmatch(listen[0]):
        return []
    problem = f"{listen[0]} is reached by others, who could read {_READ[key]}"
    remedy = f'set `token = "${{credential:{key}}}"`, or listen on 127.0.0.1'
    return [Fault(f"{path}: {key}.listen", problem, remedy)]
