"""The text of a page's story: by trafilatura, and where it gives up by the density of the text."""

import logging

from wirewatch.formats import markup
from wirewatch.formats.extras import library
from wirewatch.formats.html.characters import body, words
from wirewatch.formats.html.density import Region
from wirewatch.formats.html.facts import Facts

_ELEMENTS = 8_000
_DEPTH = 250
_CHARACTERS = 500_000  # more of any takes trafilatura more than a second
_FAILURES = (
    ValueError, LookupError, TypeError, AttributeError, AssertionError, ArithmeticError,
    RecursionError, markup.Failure,
)  # fmt: skip
_TAGS = {  # what trafilatura calls the elements of HTML, which comes from TEI
    "head": "h2", "item": "li", "list": "ul", "quote": "blockquote", "row": "tr", "cell": "td",
    "lb": "br", "code": "pre",
}  # fmt: skip
_MUCH_MORE = 1.2  # how many times the words: the same text has a heading more or less
_FAR_TOO_FEW = 0.5

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it warns of every page without text


def story_text(root: markup.Element, facts: Facts, region: Region) -> str:
    """Give the story of a page in paragraphs, without its title in front, or nothing.

    It is what trafilatura finds, unless `region`, the densest part of the page, has more than twice
    as much; or the text in the page's marks, where that has plainly more. Raises Unreadable where
    trafilatura is not installed.
    """
    found = _extracted(root)
    found = region.text if words(found) < region.words * _FAR_TOO_FEW else found
    found = facts.text if _says_more(facts.text, found) else found
    return _without_title(found, {facts.title.casefold(), facts.heading.casefold()})


def _says_more(marked: str, found: str) -> bool:
    """Tell whether a text in the marks is longer, or the same that was found without paragraphs.

    trafilatura takes the text from there too, where the page has little, and puts it on one line.
    """
    if words(marked) > words(found) * _MUCH_MORE:
        return True
    return "\n\n" not in found and " ".join(marked.split()) == found != ""


def _without_title(text: str, titles: set[str]) -> str:
    """Drop paragraphs in front that repeat the title."""
    pieces = text.split("\n\n")
    while pieces and pieces[0].casefold() in titles:
        del pieces[0]
    return "\n\n".join(pieces)


def _extracted(root: markup.Element) -> str:
    """Give the text that trafilatura finds, or nothing.

    It compares its own rules with those of Readability and jusText; see https://trafilatura.readthedocs.io.
    """
    trafilatura = library("trafilatura")
    if _is_too_large(root):
        return ""
    try:
        found = trafilatura.bare_extraction(root, include_comments=False)
    except _FAILURES:
        return ""
    return _paragraphs(found.body) if found is not None and found.body is not None else ""


def _paragraphs(text: markup.Element) -> str:
    """Give trafilatura's elements as paragraphs."""
    for one in text.iter(*_TAGS):  # others keep a name that lxml may not let anybody set
        one.tag = _TAGS[one.tag]
    return body(markup.paragraphs([text]))


def _is_too_large(root: markup.Element) -> bool:
    """Tell a page on which trafilatura would take too long, or give up."""
    elements = depth = characters = 0
    for event, one in markup.walk(root):
        if event == "end":
            depth -= 1
            continue
        depth += event == "start"
        elements += 1
        characters += len(one.text or "") * (one.tag not in {"script", "style"}) + len(
            one.tail or ""
        )
        if elements > _ELEMENTS or depth > _DEPTH or characters > _CHARACTERS:
            return True
    return False
