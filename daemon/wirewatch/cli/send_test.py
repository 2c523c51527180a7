"""`wirewatch send-test`: does a channel reach its person?"""

from typing import Annotated

import typer

from wirewatch.cli.app import app, config_path
from wirewatch.text.visible import visible_line


@app.command("send-test")
def send_test(
    context: typer.Context,
    channel: Annotated[str, typer.Argument(help="A channel's name.")],
) -> None:
    """Send a test message to one channel. Exits with 1 when it did not go out."""
    from wirewatch.clock import utc_now
    from wirewatch.deployment import load_deployment
    from wirewatch.errors import ConfigError, Fault
    from wirewatch.notify.send import Sender
    from wirewatch.notify.trial import trial_message
    from wirewatch.tomlfile import nearest

    channels = load_deployment(config_path(context)).channels
    if channel not in channels:
        remedy = nearest(channel, list(channels), "channels")
        raise ConfigError([Fault("send-test", f"unknown channel {channel!r}", remedy)])
    attempt = Sender(channels[channel], utc_now).send(trial_message(channel, utc_now()))
    if attempt.ok:
        print(f"sent to {channel} in {attempt.milliseconds:.0f} ms")
        return
    typer.echo(f"not sent to {channel}: {attempt.reason}: {visible_line(attempt.error)}", err=True)
    raise typer.Exit(1)
