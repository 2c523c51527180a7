"""What a page says of itself in marks for machines: its tags, gathered once."""

from typing import NamedTuple

from wirewatch.formats import markup
from wirewatch.formats.html.address import absolute
from wirewatch.formats.html.characters import line, readable

_TAGS = ("html", "base", "title", "meta", "link", "script", "h1", "time", "a")
_PUBLISHED = ("itemprop", "datepublished")


class Head(NamedTuple):
    """The marks of a page as they stand there; `metas` by their names in lower case."""

    base: str
    titles: tuple[str, ...]
    headings: tuple[str, ...]
    metas: dict[str, list[str]]
    canonical: tuple[str, ...]
    scripts: tuple[str, ...]
    times: tuple[str, ...]
    writers: tuple[str, ...]
    language: str

    def said(self, *names: str) -> list[str]:
        """Give what is said under some names, in the order of the names."""
        return [text for name in names for text in self.metas.get(name, ())]


def gathered(root: markup.Element, url: str) -> Head:
    """Gather the marks of a page, whose address is known or empty."""
    found: dict[str, list[markup.Element]] = {tag: [] for tag in _TAGS}
    for one in root.iter(*_TAGS):
        found[one.tag].append(one)
    bases = [absolute(markup.value(one, "href"), url) for one in found["base"]]
    return Head(
        base=next(filter(None, bases), url),
        titles=tuple(line(markup.line(one)) for one in found["title"] if not _in_a_picture(one)),
        headings=tuple(line(markup.line(one)) for one in found["h1"]),
        metas=_metas(found["meta"]),
        canonical=tuple(_with(found["link"], "rel", "canonical", "href")),
        scripts=tuple(_scripts(found["script"])),
        times=tuple(_times(root, found["time"])),
        writers=tuple(line(markup.line(one)) for one in found["a"] if _is(one, "rel", "author")),
        language=next((text for one in found["html"] if (text := markup.value(one, "lang"))), ""),
    )


def _in_a_picture(title: markup.Element) -> bool:
    """Tell the title of a drawing (SVG) from that of the page."""
    parent = title.getparent()
    return markup.name(parent) not in {"head", "html", "body"} if parent is not None else False


def _metas(metas: list[markup.Element]) -> dict[str, list[str]]:
    """Give contents by names, whichever attribute has the name; a list may repeat its name."""
    found: dict[str, list[str]] = {}
    for one in metas:
        content = line(markup.value(one, "content"))
        named = markup.value(one, "property", "name", "itemprop", "http-equiv").lower()
        if named and content:
            found.setdefault(named, []).append(content)
    return found


def _is(element: markup.Element, attribute: str, word: str) -> bool:
    """Tell whether a word is among those of an attribute."""
    return word in element.get(attribute, "").lower().split()


def _with(elements: list[markup.Element], attribute: str, word: str, wanted: str) -> list[str]:
    """Give an attribute of those elements that have a word in another."""
    return [markup.value(one, wanted) for one in elements if _is(one, attribute, word)]


def _scripts(scripts: list[markup.Element]) -> list[str]:
    """Give the scripts that are JSON-LD."""
    return [
        readable(one.text or "")
        for one in scripts
        if markup.value(one, "type").lower().startswith("application/ld+json")
    ]


def _times(root: markup.Element, times: list[markup.Element]) -> list[str]:
    """Give moments that are marked as those of publication, and the only one of the only story."""
    marked = [one for one in times if "pubdate" in one.attrib or _is(one, *_PUBLISHED)]
    stories = list(root.iter("article"))
    inside = list(stories[0].iter("time")) if len(stories) == 1 else []
    only = inside if len(inside) == 1 else []
    return [markup.value(one, "datetime", "content") for one in (*marked, *only)]
