"""The daemon's servers: one for people who follow links, and one for operators, if wanted.

They are two, so that what publishes links to the world does not publish figures.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from wirewatch.clock import Clock
from wirewatch.deployment import Deployment
from wirewatch.errors import ConfigError, Fault
from wirewatch.seal import seal_of
from wirewatch.store.database import Store
from wirewatch.web.acknowledging import Acknowledging, Desk
from wirewatch.web.door import Door, door
from wirewatch.web.figures import FiguresPages
from wirewatch.web.server import Server
from wirewatch.web.visit import Route


def listeners(
    deployment: Deployment, store: Store, clock: Clock, pages: Callable[[], FiguresPages]
) -> dict[str, Server]:
    """Make the servers that are wanted, by the name of their thread; each holds its port.

    `pages` gives what operators read. Raises ConfigError where a port cannot be had.
    """
    config = deployment.config
    made: dict[str, Server] = {}
    try:
        if config.listen:
            desk = Desk(store.sibling(), seal_of(config.store), clock)
            name = urlsplit(config.web).hostname or ""
            let_in = door(config.listen[0], [name])
            routes = Acknowledging(desk).routes
            made["web"] = _server(deployment, "web", config.listen, routes, let_in)
        if config.metrics.listen:
            token = config.metrics.token.get_secret_value()
            let_in = door(config.metrics.listen[0], token=token)
            routes = pages().routes
            made["metrics"] = _server(deployment, "metrics", config.metrics.listen, routes, let_in)
    except ConfigError:
        for server in made.values():
            server.close()
        raise
    return made


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
