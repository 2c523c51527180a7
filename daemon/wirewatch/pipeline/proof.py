"""A receipt replayed: does the file that is kept still give the alert that was told?"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wirewatch.errors import ConfigError, RuleError, StoreError, Unreadable
from wirewatch.keys import NAMELESS, delivery_key
from wirewatch.model import Article, Span
from wirewatch.pipeline.examine import Limits
from wirewatch.pipeline.inboxes import Inbox
from wirewatch.pipeline.parsing import file_of, read_once
from wirewatch.rules.gazetteer.gazetteer import Gazetteer
from wirewatch.rules.matcher import Matcher
from wirewatch.rules.rulebook import Rule, named_lists, rule_again
from wirewatch.states import Severity
from wirewatch.store.archive import alert_details, stored_article
from wirewatch.store.database import open_reader

_SIZE_LIMIT = 1 << 30
_LIMITS = Limits(line_length=_SIZE_LIMIT)  # what was stored once is not refused for its length now


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing held against what is kept of it."""

    what: str
    same: bool
    said: str


def prove(
    store: Path, alert: int, inboxes: Mapping[str, Inbox], gazetteers: Mapping[str, Gazetteer]
) -> list[Finding]:
    """Replay an alert from its file: file, parsing, rule, match and keys, each held against then.

    Raises StoreError when there is no such alert, or when it takes an earlier one back.
    """
    db = open_reader(store)
    kept = alert_details(db, alert)
    if kept and kept["article_id"] is None:
        raise StoreError(f"alert {alert} is an alarm of the desk's own: no file led to it")
    stored = stored_article(db, int(str(kept["article_id"]))) if kept else None
    if kept is None or stored is None:
        raise StoreError(f"there is no alert {alert}; `wirewatch alerts list` names them")
    if kept["recalls"]:
        raise StoreError(f"alert {alert} takes back alert {kept['recalls']}: prove that one")
    findings: list[Finding] = []
    article = _parsed_again(kept, stored.article, inboxes, findings)
    rule = _rule_again(kept, gazetteers, findings)
    if rule:
        findings += _matched_again(kept, rule, gazetteers, article, stored.source)
    return findings


def _parsed_again(
    kept: Mapping[str, Any],
    stored: Article,
    inboxes: Mapping[str, Inbox],
    findings: list[Finding],
) -> Article:
    """Read and parse the file; where it is gone the stored article is all there is."""
    path = _path(kept, inboxes)
    try:
        data = file_of(path, _SIZE_LIMIT) if path else None
    except (OSError, Unreadable):
        data = None
    if data is None:
        said = f"gone ({kept['kept'] or kept['path']}); replayed from what is stored"
        findings.append(Finding("file", False, said))
        return stored
    digest = hashlib.sha256(data).hexdigest()
    same = digest == kept["sha256"]
    findings.append(Finding("file", same, f"{path}: sha256 {digest[:16]}…" + _unlike(same)))
    try:
        reading = read_once(data, _LIMITS)
    except (OSError, Unreadable) as error:
        findings.append(Finding("article", False, f"not readable any more: {error}"))
        return stored
    found = next((again for one in reading.articles if (again := _as_stored(one, stored))), None)
    parser = reading.parser
    if found is None:
        said = f"not in the file any more, as {parser} reads it (then {kept['parser']})"
        findings.append(Finding("article", False, said))
        return stored
    unlike = [key for key in Article._fields if getattr(found, key) != getattr(stored, key)]
    said = f"{parser} (then {kept['parser']})"
    said += f": differs in {', '.join(unlike)}" if unlike else ""
    findings.append(Finding("article", not unlike, said))
    return found


def _as_stored(article: Article, stored: Article) -> Article | None:
    """Give an article as it was stored, if it is the one; None where it is another.

    What its format gives no identity may have taken that of a story that it follows.
    """
    if (article.guid, article.version) == (stored.guid, stored.version):
        return article
    is_nameless = article.guid.startswith(NAMELESS) and stored.guid.startswith(NAMELESS)
    if not is_nameless or (article.title, article.body) != (stored.title, stored.body):
        return None
    return article._replace(guid=stored.guid, version=stored.version)


def _path(kept: Mapping[str, Any], inboxes: Mapping[str, Inbox]) -> Path | None:
    """Tell where the file is: archived, still in its inbox, or outside every inbox."""
    if kept["kept"]:
        return None if kept["kept"] == "deleted" else Path(kept["kept"])
    inbox = inboxes.get(kept["inbox"])
    return inbox.absolute(kept["path"]) if inbox else Path("/") / kept["path"]


def _rule_again(
    kept: Mapping[str, Any], gazetteers: Mapping[str, Gazetteer], findings: list[Finding]
) -> Rule | None:
    """Make the rule of its text as it was, with the lists as they are."""
    if kept["query"] is None:
        findings.append(Finding("rule", False, f"{kept['rule_hash']} is not kept"))
        return None
    try:
        rule = rule_again(
            str(kept["rule"]),
            str(kept["query"]),
            Severity(kept["severity"]),
            tuple(json.loads(str(kept["channels"]))),
            gazetteers,
        )
    except (ConfigError, RuleError) as error:
        findings.append(Finding("rule", False, f"cannot be read any more: {error}"))
        return None
    same = rule.hash == kept["rule_hash"]
    said = f"{rule.name} {rule.hash}: {rule.text}"
    findings.append(Finding("rule", same, said if same else f"{said}; its lists have changed"))
    return rule


def _matched_again(
    kept: Mapping[str, Any],
    rule: Rule,
    gazetteers: Mapping[str, Gazetteer],
    article: Article,
    source: str,
) -> Iterator[Finding]:
    """Match again, and make the keys again."""
    _, matches = Matcher([rule], named_lists([rule], gazetteers)).match(article, source)
    spans = [list(span) for match in matches for span in match.spans]
    then = [list(Span(*span)) for span in json.loads(str(kept["spans"]))]
    same = spans == then
    said = ", ".join(f"{zone} {start}-{end}" for zone, start, end in spans) or "no match"
    yield Finding("match", same, said if same else f"{said}; then {then}")
    for delivery in kept["deliveries"]:
        key = delivery_key(article, rule.name, str(delivery["channel"]))
        same = key == delivery["key"]
        yield Finding("key", same, f"{delivery['channel']}: {key}" + _unlike(same))


def _unlike(same: bool) -> str:  # noqa: FBT001 - what it is about is said by its name
    """Say that something is not as it was."""
    return "" if same else ", not as it was"
