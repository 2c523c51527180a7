"""The daemon's servers: its socket, one for people who follow links, one for operators, if wanted.

The last are two, so that what publishes links to the world does not publish figures.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from wirewatch.clock import Clock
from wirewatch.config import Config
from wirewatch.deployment import Deployment
from wirewatch.errors import ConfigError, Fault
from wirewatch.pipeline.acts import Alone, Performer
from wirewatch.seal import seal_of
from wirewatch.store.database import Store
from wirewatch.web.acknowledging import Acknowledging, Desk
from wirewatch.web.controlling import Controlling, ControlServer
from wirewatch.web.door import Door, door
from wirewatch.web.figures import FiguresPages
from wirewatch.web.server import Server
from wirewatch.web.visit import Route


@dataclass(frozen=True)
class Grounds:
    """What servers stand on; `performer` makes durable what people ask for of one of them."""

    store: Store
    clock: Clock
    performer: Callable[[Store], Performer] = Alone


def listeners(
    deployment: Deployment,
    grounds: Grounds,
    pages: Callable[[], FiguresPages],
    woken: Callable[[], None],
) -> dict[str, Server]:
    """Make the servers that are wanted, by the name of their thread; each holds its port.

    `pages` gives what operators read, `woken` is called when something may be due. Raises
    ConfigError where a port or the socket cannot be had.
    """
    clock, performer = grounds.clock, grounds.performer
    config = deployment.config
    made: dict[str, Server] = {}
    try:
        made["control"] = _control(
            config, Controlling(performer(grounds.store.sibling()), clock, woken)
        )
        if config.listen:
            own = grounds.store.sibling()
            desk = Desk(own, seal_of(config.store), clock, performer(own))
            name = urlsplit(config.web).hostname or ""
            let_in = door(config.listen[0], [name])
            routes = Acknowledging(desk).routes
            made["web"] = _server(deployment, "web", config.listen, routes, let_in)
        made |= figures_listener(deployment, pages)
    except ConfigError:
        for server in made.values():
            server.close()
        raise
    return made


def figures_listener(
    deployment: Deployment, pages: Callable[[], FiguresPages]
) -> dict[str, Server]:
    """Make the server for operators if one is wanted. Raises ConfigError, as above."""
    table = deployment.config.metrics
    if not table.listen:
        return {}
    let_in = door(table.listen[0], token=table.token.get_secret_value())
    return {"metrics": _server(deployment, "metrics", table.listen, pages().routes, let_in)}


def _control(config: Config, controlling: Controlling) -> Server:
    """Make what serves the socket. Raises ConfigError where it cannot be had."""
    try:
        return ControlServer(config.socket, controlling.routes)
    except OSError as error:
        problem = f"cannot listen at {config.socket}: {error.strerror}"
        remedy = "name another place, in a folder that is there and may be written"
        raise ConfigError([Fault(f"{config.path}: control.socket", problem, remedy)]) from error


def _server(
    deployment: Deployment,
    table: str,
    address: tuple[str, int],
    routes: tuple[Route, ...],
    let_in: Door,
) -> Server:
    """Make a server. Raises ConfigError where its port cannot be had."""
    try:
        return Server(address, routes, let_in)
    except OSError as error:
        problem = f"cannot listen on {address[0]}:{address[1]}: {error.strerror}"
        remedy = "choose another port; another daemon may have this one"
        fault = Fault(f"{deployment.config.path}: {table}.listen", problem, remedy)
        raise ConfigError([fault]) from error
