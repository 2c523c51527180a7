"""One page of HTML into an article, or into an item that is none."""

import re
from datetime import UTC, datetime

from wirewatch.formats import markup
from wirewatch.formats.html.address import absolute, names_a_page
from wirewatch.formats.html.charset import decoded
from wirewatch.formats.html.density import Region, densest
from wirewatch.formats.html.facts import Facts, facts_of
from wirewatch.formats.html.head import gathered
from wirewatch.formats.html.text import story_text
from wirewatch.formats.identity import headline_of, identity_of
from wirewatch.model import Article, Skipped
from wirewatch.states import SkipReason

_FEWEST_WORDS = 40
"""Words in the densest part of a page that does not call itself a story, so that it is one."""
_LONGEST_NAME = 200  # characters by which a page that is no story is known
_END = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)


def read(data: bytes, url: str = "", charset: str = "") -> Article | Skipped:
    """Read the bytes of a page; `url` and `charset` are what the answer of HTTP gave, if any.

    A page that is no story, such as a list of links or a request for consent, is an item that is
    none. Raises Unreadable: empty, undecodable, malformed, not-installed.
    """
    text = decoded(data, charset)
    root = markup.page(text)
    address = absolute(url)
    facts = facts_of(gathered(root, address))
    region = densest(root)
    body = "" if _is_no_story(facts, region) else story_text(root, facts, region)
    if not body:
        why = SkipReason.CATALOGUE if region.linked > region.words else SkipReason.NO_TEXT
        return Skipped(facts.named or address or facts.title[:_LONGEST_NAME] or "a page", why)
    return _article(facts, address, body, is_whole=_END.search(text) is not None)


def _is_no_story(facts: Facts, region: Region) -> bool:
    """Tell a page that neither calls itself a story nor has a passage as long as one."""
    return not facts.declared and region.words < _FEWEST_WORDS


def _article(facts: Facts, address: str, body: str, *, is_whole: bool) -> Article:
    """Make an article of a page, which is not whole where it may have been cut."""
    url = facts.named or address
    published, precision = facts.published
    changed = _second(facts.modified) if is_whole and names_a_page(url) else 0
    return Article(
        guid=url if changed else identity_of(url, facts.title, body),
        title=facts.title,
        headline=headline_of(facts.title, body),
        body=body,
        version=changed or 1,
        published=published,
        published_precision=precision,
        agency=facts.agency,
        byline=facts.byline,
        language=facts.language,
        url=url or None,
        subjects=facts.subjects,
    )


def _second(modified: str | None) -> int:
    """Give the second of a change, counted from 1970; 0 where no time is said.

    A page that does not say when it was changed would hide its corrections behind its address.
    """
    if not modified or "T" not in modified:
        return 0
    written = datetime.fromisoformat(modified)
    return max(0, int(written.replace(tzinfo=written.tzinfo or UTC).timestamp()))
