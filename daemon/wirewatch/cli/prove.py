"""`wirewatch prove`: replay an alert from the file that is kept."""

from typing import Annotated

import typer

from wirewatch.cli.app import AsJson, app, config_path, print_json
from wirewatch.text.visible import visible_line


@app.command()
def prove(
    context: typer.Context,
    alert: Annotated[int, typer.Argument(help="An alert's number, as `alerts list` gives it.")],
    as_json: AsJson = False,
) -> None:
    """Replay an alert from its file, and say whether everything is as it was.

    File, article, rule, match and keys are held against what was kept of them when the alert was
    raised. Exits with 1 when something differs.
    """
    from wirewatch.deployment import load_deployment
    from wirewatch.pipeline.proof import prove as run

    deployment = load_deployment(config_path(context))
    findings = run(deployment.config.store, alert, deployment.inboxes, deployment.gazetteers)
    identical = all(finding.same for finding in findings)
    if as_json:
        rows = [{"what": one.what, "same": one.same, "said": one.said} for one in findings]
        print_json({"alert": alert, "identical": identical, "findings": rows})
    else:
        for one in findings:
            print(f"{'same   ' if one.same else 'DIFFERS'}  {one.what:8} {visible_line(one.said)}")
        print("identical" if identical else "not identical")
    if not identical:
        raise typer.Exit(1)
