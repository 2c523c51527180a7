"""`wirewatch rules backtest` and `rules diff`: rules over what is stored already."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wirewatch.cli.app import AsJson, print_json
from wirewatch.cli.rules import RuleName, deployment_of, rule_named, rules
from wirewatch.cli.since import Since, moment
from wirewatch.text.visible import isolated

if TYPE_CHECKING:
    from wirewatch.pipeline.backtest import Difference, Fired
    from wirewatch.rules.rulebook import Rule

_BAR = 40  # characters of the longest bar
_SHOWN = 10  # articles of a list
_LONGEST = 80  # characters of a headline


@rules.command("backtest")
def backtest(
    context: typer.Context,
    rule: RuleName,
    since: Since = "30d",
    as_json: AsJson = False,
) -> None:
    """Tell what a rule would have told of the articles in the store: by day, with samples."""
    from wirewatch.clock import utc_now
    from wirewatch.pipeline.backtest import backtest as run

    deployment = deployment_of(context)
    now = utc_now()
    first = moment(since, now)
    one = rule_named(deployment, rule)
    fired = run(deployment.config.store, one, deployment.gazetteers, first, deployment.router)
    if as_json:
        print_json(_record(fired))
        return
    days = (now - first) / timedelta(days=1)
    print(f"{rule}: {fired.articles} articles in {days:g} days, {fired.articles / days:.1f} a day")
    _note(one)
    _chart(fired, first, now)
    for number, headline in fired.samples:
        print(f"  {number}  {isolated(headline[:_LONGEST])}")


@rules.command("diff")
def diff(  # noqa: PLR0913, PLR0917 - a command has as many options as it needs
    context: typer.Context,
    old: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A file of rules.")],
    new: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Its new version.")],
    since: Since = "30d",
    max_alerts_per_day: Annotated[
        int | None, typer.Option(min=0, help="Fail when a new rule tells more on any day.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare two versions of a file of rules over the store: articles gained and lost.

    Exits with 1 when a rule of the new one would have told more than the given alerts on a day.
    """
    from wirewatch.clock import utc_now
    from wirewatch.pipeline.backtest import differences
    from wirewatch.rules.rulebook import load_rules

    deployment = deployment_of(context)
    versions = tuple(
        load_rules([path], deployment.gazetteers, deployment.channels) for path in (old, new)
    )
    found = differences(
        deployment.config.store,
        (versions[0], versions[1]),
        deployment.gazetteers,
        moment(since, utc_now()),
        deployment.router,
    )
    loud = {
        name: one.new.busiest
        for name, one in found.items()
        if max_alerts_per_day is not None and one.new.busiest > max_alerts_per_day
    }
    if as_json:
        print_json(
            {"rules": {name: _compared(one) for name, one in found.items()}, "too_loud": loud}
        )
    else:
        for name, one in found.items():
            _show(name, one)
        for rule in versions[1]:
            _note(rule)
        for name, busiest in loud.items():
            print(
                f"TOO LOUD {name}: {busiest} on its busiest day, the limit is {max_alerts_per_day}"
            )
    if loud:
        raise typer.Exit(1)


def _note(rule: "Rule") -> None:
    """Say what of a rule is not replayed."""
    from wirewatch.conditions import wording

    if rule.when:
        print(f"{rule.name}: rings only at {wording(rule.when)}, which is not replayed here")


def _record(fired: "Fired") -> dict[str, Any]:
    """Give what would have been told as a script wants it."""
    return {
        "articles": fired.articles,
        "days": dict(sorted(fired.days.items())),
        "hours": dict(sorted(fired.hours.items())),
        "channels": dict(fired.channels),
        "busiest_day": fired.busiest,
        "samples": [{"article": number, "headline": text} for number, text in fired.samples],
    }


def _compared(one: "Difference") -> dict[str, Any]:
    """Give a comparison as a script wants it."""
    return {
        "old": _record(one.old),
        "new": _record(one.new),
        "gained": [number for number, _ in one.gained],
        "lost": [number for number, _ in one.lost],
    }


def _show(name: str, one: "Difference") -> None:
    """Print a comparison for people."""
    print(f"{name}: {one.old.articles} → {one.new.articles} articles")
    for channel in sorted(one.old.channels | one.new.channels):
        print(f"  → {channel}: {one.old.channels[channel]} → {one.new.channels[channel]} alerts")
    hours = [hour for hour in range(24) if one.old.hours[hour] != one.new.hours[hour]]
    if hours:
        changes = (f"{hour:02}h {one.old.hours[hour]} → {one.new.hours[hour]}" for hour in hours)
        print(f"  by hour (UTC): {', '.join(changes)}")
    for sign, articles in (("+", one.gained), ("-", one.lost)):
        for number, headline in articles[:_SHOWN]:
            print(f"  {sign} {number}  {isolated(headline[:_LONGEST])}")
        if len(articles) > _SHOWN:
            print(f"  {sign} and {len(articles) - _SHOWN} more")


def _chart(fired: "Fired", first: datetime, last: datetime) -> None:
    """Draw a bar for each day."""
    from wirewatch.pipeline.backtest import days_between

    for day in days_between(first, last):
        count = fired.days[day]
        bar = "█" * round(count / max(1, fired.busiest) * _BAR)
        print(f"  {day}  {count:>6}  {bar}".rstrip())
