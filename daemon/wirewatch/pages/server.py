"""The process of the pages: Datasette with our plugin, and the server that it runs in."""

import asyncio
import contextlib
import html
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import uvicorn
from datasette.app import Datasette
from datasette.plugins import pm

from wirewatch.clock import Clock
from wirewatch.deployment import Deployment
from wirewatch.errors import ConfigError, Fault
from wirewatch.pages.analysts import datasette
from wirewatch.pages.choices import choices
from wirewatch.pages.guard import ASSETS, ENTRANCE, Guard, let_in_by
from wirewatch.pages.plugin import FOLDER, Plugin, is_own
from wirewatch.pages.standing import Standing
from wirewatch.store.database import open_reader
from wirewatch.web.visit import Request

_NAME = "wirewatch"
_THEIR_ERRORS = "datasette.handle_exception"
"""Datasette's own pages of errors: where `rich` is installed they print every local variable."""
_LEAVING = 2  # seconds that open pages are given


@dataclass
class Site:
    """The pages of one store, ready to be served."""

    datasette: Datasette
    plugin: Plugin

    def close(self) -> None:
        """Let go of the store, and of the library's plugin manager."""
        if pm.get_plugin(_NAME) is self.plugin:
            pm.unregister(name=_NAME)
        self.plugin.close()
        for database in self.datasette.databases.values():
            database.close()


def site(deployment: Deployment, clock: Clock) -> Site:
    """Put the pages together. Raises StoreError when there is no store yet."""
    config = deployment.config
    open_reader(config.store).close()
    table = config.pages
    names = [*table.names, urlsplit(config.web).hostname or ""]
    door = let_in_by(table.listen[0], filter(None, names), table.token.get_secret_value())
    guard = Guard(door, is_own, _entrance)
    plugin = Plugin(Standing(deployment), guard, clock, table.user_header)
    if pm.has_plugin(_THEIR_ERRORS):
        pm.unregister(name=_THEIR_ERRORS)
    if pm.has_plugin(_NAME):
        pm.unregister(name=_NAME)
    pm.register(plugin, _NAME)
    return Site(datasette(config.store, FOLDER / "templates", (ASSETS, FOLDER / "static")), plugin)


class _Server(uvicorn.Server):
    """The server, which lets open pages go when it is to stop."""

    def __init__(self, config: uvicorn.Config, made: Site) -> None:
        super().__init__(config)
        self._site = made

    async def shutdown(self, sockets: object = None) -> None:
        """Stop."""
        await self._site.plugin.watch.close()
        await super().shutdown(sockets)  # type: ignore[arg-type]


def serve(deployment: Deployment, clock: Clock, ready: Callable[[str], object]) -> None:
    """Serve the pages until stopped by SIGTERM or Ctrl-C; `ready` is told where, once they are.

    Raises StoreError when there is no store yet, ConfigError when the port cannot be had.
    """
    made = site(deployment, clock)
    host, port = deployment.config.pages.listen
    config = uvicorn.Config(
        made.datasette.app(),
        host,
        port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_LEAVING,
        ws="none",
    )
    with _listening(deployment, host, port) as listening:
        shown = f"[{host}]" if ":" in host else host
        ready(f"http://{shown}:{listening.getsockname()[1]}/")
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # uvicorn raises it once more
        try:
            with contextlib.suppress(KeyboardInterrupt):
                asyncio.run(_Server(config, made).serve([listening]))
        finally:
            made.close()


def _listening(deployment: Deployment, host: str, port: int) -> socket.socket:
    """Take the port. Raises ConfigError where it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        problem = f"cannot listen on {host}:{port}: {error.strerror}"
        remedy = "choose another port; other pages may have this one"
        fault = Fault(f"{deployment.config.path}: pages.listen", problem, remedy)
        raise ConfigError([fault]) from error


def _entrance(request: Request) -> str:
    """Write the page that asks for the token."""
    words = choices({}, {}, request.headers.get("accept-language", "")).words
    return _ENTRANCE.format(
        language=words.language,
        style=f"/{ASSETS}/wirewatch.css",
        action=ENTRANCE,
        **{key: html.escape(words(f"enter_{key}")) for key in ("title", "token", "button", "why")},
    )


_ENTRANCE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="robots" content="noindex">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Wirewatch</title>
<link rel="stylesheet" href="{style}"></head>
<body class="entrance"><main><h1>{title}</h1><p>{why}</p>
<form method="post" action="{action}"><label>{token}
<input type="password" name="token" autocomplete="current-password" required></label>
<button>{button}</button></form></main></body></html>
"""
