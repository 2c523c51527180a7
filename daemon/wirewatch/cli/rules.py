"""`wirewatch rules`: list them, run their tests, ask them why, and try them on the archive."""

from typing import TYPE_CHECKING, Annotated

import typer

from wirewatch.cli.app import AsJson, app, config_path, print_json

if TYPE_CHECKING:
    from wirewatch.deployment import Deployment
    from wirewatch.model import Article
    from wirewatch.rules.explanation import Explained
    from wirewatch.rules.rulebook import Rule

rules = typer.Typer(
    help="List, test and explain rules, and try them on the archive.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(rules, name="rules")

RuleName = Annotated[str, typer.Argument(metavar="RULE", help="A rule's name.")]
Which = Annotated[
    str, typer.Argument(metavar="ARTICLE|FILE", help="An article's number, or a file's path.")
]


@rules.command("list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List the rules of the configuration, with what makes one slow."""
    from wirewatch.rules.sense import note_of

    deployment = deployment_of(context)
    rows = [
        {
            "name": rule.name,
            "title": rule.title,
            "severity": rule.severity,
            "channels": list(rule.channels),
            "tests": len(rule.tests),
            "hash": rule.hash,
            "query": rule.text,
            "note": note_of(rule.query),
        }
        for rule in deployment.rules
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        channels = ", ".join(row["channels"]) or "nobody"  # type: ignore[arg-type]
        note = f"  ({row['note']})" if row["note"] else ""
        head = f"{row['name']}  {row['severity']}  → {channels}  {row['hash']}"
        print(f"{head}  {row['query']}{note}")


@rules.command("test")
def run_tests(context: typer.Context, as_json: AsJson = False) -> None:
    """Run the tests that stand in rule files. Exits with 1 when one fails."""
    from wirewatch.pipeline.trials import failures

    deployment = deployment_of(context)
    failed = list(failures(deployment.rules, deployment.gazetteers))
    count = sum(len(rule.tests) for rule in deployment.rules)
    without = [rule.name for rule in deployment.rules if not rule.tests]
    if as_json:
        rows = [{"rule": f.rule, "place": f.place, "problem": f.problem} for f in failed]
        print_json({"tests": count, "failed": rows, "rules_without_test": without})
    else:
        for one in failed:
            print(f"FAILED {one.place}: rule {one.rule!r} {one.problem}")
        print(f"{count - len(failed)} of {count} tests passed")
        if without:
            rest = f"{len(without)} of {len(deployment.rules)} rules have no test"
            print(f"{rest}: {', '.join(without)}")
    if failed:
        raise typer.Exit(1)


@rules.command("explain")
def explain(context: typer.Context, rule: RuleName, which: Which, as_json: AsJson = False) -> None:
    """Draw a rule's query as a tree, with what was true of an article, and where.

    Exits with 1 when the rule is not true of it.
    """
    from wirewatch.pipeline.trials import explained
    from wirewatch.rules.explanation import drawn, first_failure

    deployment = deployment_of(context)
    article, source = _article(deployment, which)
    found, evidence = explained(
        rule_named(deployment, rule), deployment.gazetteers, article, source
    )
    if as_json:
        print_json(_record(found))
    else:
        print(f"{rule}: {'true' if found.true else 'not true'} of {article.headline!r}")
        for line in drawn(found, evidence):
            print(f"  {line}")
        if not found.true:
            failed = first_failure(found)
            print(f"  because of: {failed.query}" + (f" ({failed.note})" if failed.note else ""))
    if not found.true:
        raise typer.Exit(1)


@rules.command("why-not")
def why_not(
    context: typer.Context,
    rule: RuleName,
    article: Annotated[int, typer.Argument(metavar="ARTICLE", help="An article's number.")],
    as_json: AsJson = False,
) -> None:
    """Say why a rule did not ring for a stored article: the clause that failed, or what held it.

    Exits with 1 when it did not ring.
    """
    from wirewatch.pipeline.silence import why_silent

    deployment = deployment_of(context)
    named = rule_named(deployment, rule)
    store, router = deployment.config.store, deployment.router
    reason = why_silent(store, named, deployment.gazetteers, article, router)
    if as_json:
        print_json({"rang": reason.rang, "reason": reason.text})
    else:
        print(f"{rule}: {reason.text}")
    if not reason.rang:
        raise typer.Exit(1)


def _record(found: "Explained") -> dict[str, object]:
    """Give an explanation as a script wants it."""
    return {
        "query": found.query,
        "true": found.true,
        "note": found.note,
        "spans": [list(span) for span in found.spans],
        "parts": [_record(part) for part in found.parts],
    }


def deployment_of(context: typer.Context) -> "Deployment":
    """Load the configuration with all that it names."""
    from wirewatch.deployment import load_deployment

    return load_deployment(config_path(context))


def rule_named(deployment: "Deployment", name: str) -> "Rule":
    """Find a rule by name. Raises ConfigError with the nearest known one."""
    from wirewatch.errors import ConfigError, Fault
    from wirewatch.tomlfile import nearest

    found = {rule.name: rule for rule in deployment.rules}.get(name)
    if found is None:
        remedy = nearest(name, [rule.name for rule in deployment.rules], "rules")
        raise ConfigError([Fault("rules", f"unknown rule {name!r}", remedy)])
    return found


def _article(deployment: "Deployment", which: str) -> "tuple[Article, str]":
    """Find an article by its number or file."""
    from wirewatch.pipeline.trials import article_at

    return article_at(which, deployment.config.store)
