"""`wirewatch check`: is the configuration sound?"""

import typer

from wirewatch.cli.app import AsJson, app, config_path, print_json


@app.command()
def check(context: typer.Context, as_json: AsJson = False) -> None:
    """Check configuration, gazetteers, rules and channels, and say everything that is wrong.

    Exits with 2 when there is a fault; nothing is started or written.
    """
    from wirewatch.deployment import load_deployment
    from wirewatch.errors import ConfigError
    from wirewatch.rules.sense import note_of

    try:
        deployment = load_deployment(config_path(context))
    except ConfigError as error:
        if not as_json:
            raise
        faults = [
            {"place": f.place, "problem": f.problem, "remedy": f.remedy} for f in error.faults
        ]
        print_json({"ok": False, "faults": faults})
        raise typer.Exit(2) from error
    entries = sum(len(gazetteer.entries) for gazetteer in deployment.gazetteers.values())
    counts = {
        "inboxes": len(deployment.inboxes),
        "rules": len(deployment.rules),
        "channels": len(deployment.channels),
        "gazetteers": len(deployment.gazetteers),
        "gazetteer_entries": entries,
    }
    slow = {rule.name: note for rule in deployment.rules if (note := note_of(rule.query))}
    silent = deployment.silent_rules
    if as_json:
        print_json({"ok": True, **counts, "rules_without_channel": silent, "slow_rules": slow})
        return
    said = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in counts.items())
    print(f"ok: {said}")
    for name, note in slow.items():
        print(f"note: rule {name!r} is slow: {note}")
    if silent:
        print(
            f"note: these rules only mark articles, no channel hears of them: {', '.join(silent)}"
        )
