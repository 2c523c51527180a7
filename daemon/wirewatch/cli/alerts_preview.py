"""`wirewatch alerts preview`: a message as a channel gets it, sent to nobody."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wirewatch.cli.alerts import alerts
from wirewatch.cli.app import config_path
from wirewatch.states import MessageFormat
from wirewatch.text.visible import visible_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wirewatch.deployment import Deployment
    from wirewatch.model import Message
    from wirewatch.notify.letter import Letter

_MOST = 20  # alerts in a digest that is tried


@alerts.command("preview")
def preview(  # noqa: PLR0913, PLR0917 - a command has as many options as it needs
    context: typer.Context,
    which: Annotated[
        str, typer.Argument(metavar="ALERT|FILE", help="An alert's number, or a file.")
    ] = "",
    channel: Annotated[
        str, typer.Option(help="The channel; else all that it went to or would go to.")
    ] = "",
    form: Annotated[
        MessageFormat | None, typer.Option(help="This form; else the one that the channel takes.")
    ] = None,
    digest: Annotated[
        bool, typer.Option("--digest", help="A digest of the channel's last alerts.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="Write the text alone to a file; a page with its picture.")
    ] = None,
) -> None:
    """Show subject and text as a channel gets them; nobody is told.

    With --out only the first message's text is written. Exits with 1 when nobody would be told.
    """
    from wirewatch.deployment import load_deployment
    from wirewatch.errors import ConfigError, Fault
    from wirewatch.notify.send import words_for
    from wirewatch.tomlfile import nearest

    if bool(which) == digest:
        raise typer.BadParameter("name an alert or a file, or give --digest", param_hint="ALERT")
    deployment = load_deployment(config_path(context))
    known = deployment.channels
    if channel and channel not in known:
        remedy = nearest(channel, list(known), "channels")
        raise ConfigError([Fault("alerts preview", f"unknown channel {channel!r}", remedy)])
    messages = _digests(deployment, channel) if digest else _messages(deployment, which, channel)
    shown = [
        (message.channel, letter)
        for message in messages
        if message.channel in known
        for letter in words_for(known[message.channel], message, form)
    ]
    if not shown:
        typer.echo("nobody would be told; --channel NAME shows what one would get", err=True)
        raise typer.Exit(1)
    if out:
        out.write_text(_whole(shown[0][1]), encoding="utf-8")
        print(f"wrote {out}")
    else:
        _print(shown)


def _messages(deployment: "Deployment", which: str, channel: str) -> "Iterable[Message]":
    """Give the messages of a stored alert, or those that a file would raise."""
    from wirewatch.clock import utc_now
    from wirewatch.pipeline.previews import of_alert, of_routings
    from wirewatch.pipeline.routing import routings
    from wirewatch.pipeline.trials import article_at
    from wirewatch.rules.matcher import Matcher

    if which.isdecimal():
        return of_alert(deployment.config.store, int(which), channel)
    article, source = article_at(which, deployment.config.store)
    _, matches = Matcher(deployment.rules, deployment.gazetteers).match(article, source)
    now = utc_now()
    outlets = (deployment.router, deployment.patience.policies)
    found = routings(article, source, matches, now, outlets)
    return of_routings(article, Path(which).name, found, now, channel)


def _digests(deployment: "Deployment", channel: str) -> "Iterable[Message]":
    """Give a digest of the last alerts of a channel, or of each."""
    from wirewatch.clock import utc_now
    from wirewatch.pipeline.previews import digests

    names = [channel] if channel else list(deployment.channels)
    policies = deployment.patience.policies
    return digests(deployment.config.store, names, _MOST, policies, utc_now())


def _print(shown: "list[tuple[str, Letter]]") -> None:
    """Print messages below each other."""
    for number, (channel, letter) in enumerate(shown):
        if number:
            print()
        print(f"→ {channel}")
        print(f"Subject: {visible_line(letter.title)}")
        print()
        print(letter.body)
        if letter.picture:
            print(f"(with a picture of {len(letter.picture)} bytes; --out FILE shows it)")


def _whole(letter: "Letter") -> str:
    """Give a text as a browser can show it: with the picture in it."""
    from base64 import b64encode

    from wirewatch.notify.letter import PICTURE

    picture = f"data:image/png;base64,{b64encode(letter.picture).decode()}"
    return letter.body.replace(f"cid:{PICTURE}", picture) if letter.picture else letter.body
