"""How a NewsML 1 file is laid out: items own components, and one of these holds the story."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from wirewatch.formats import markup
from wirewatch.formats.markup import Element
from wirewatch.formats.newsml_1.content import text_of

_COMPONENT = "newscomponent"
_NOT_TEXT = ("photo", "picture", "image", "graphic", "audio", "video", "animation")
_HEADLINE_ROLES = {"title", "headline", "hedline"}


@dataclass
class Layout:
    """One news item: its components, the texts of its story, and what else it holds."""

    item: Element
    envelope: Element | None = None
    components: list[Element] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    contents: list[Element] = field(default_factory=list)
    media: list[str] = field(default_factory=list)

    def chain(self) -> Iterator[Element]:
        """Give the component of the story's first text, then those around it, inmost first."""
        start = next(iter((*self.contents, *self.components)), None)
        if start is None:
            return
        for one in (start, *start.iterancestors()):
            if one is self.item:
                return
            if markup.name(one) == _COMPONENT:
                yield one


def layouts(root: Element) -> list[Layout]:
    """Give the news items of a file, in order; an item inside another stands on its own."""
    envelope = markup.child(root, "newsenvelope")
    known = {item: Layout(item, envelope) for item in markup.below(root, "newsitem")}
    for component in markup.below(root, _COMPONENT):
        owner = next((one for one in component.iterancestors() if one in known), None)
        if owner is not None:
            known[owner].components.append(component)
    for layout in known.values():
        _fill(layout)
    return list(known.values())


def _fill(layout: Layout) -> None:
    """Read the contents of an item's components."""
    chosen: dict[Element, Element | None] = {
        one: None
        for one in layout.components
        if markup.value(one, "equivalentslist").lower() == "yes"
    }
    for component in layout.components:
        role = markup.value(markup.child(component, "role"), "formalname").lower()
        layout.media += _kinds(component)
        if "caption" in role:
            continue
        for content in markup.children(component, "contentitem"):
            kinds = _kinds(content)
            layout.media += kinds
            text = text_of(content) if not _not_text(kinds) else ""
            if not text or _is_other_form(content, chosen):
                continue
            if role in _HEADLINE_ROLES:
                layout.titles.append(" ".join(text.split()))
            else:
                layout.texts.append(text)
                layout.contents.append(content)


def _kinds(element: Element) -> list[str]:
    """Give the media types that a component or a content item says it has."""
    kinds = (markup.value(one, "formalname") for one in markup.children(element, "mediatype"))
    return [kind.lower() for kind in kinds if kind]


def _not_text(kinds: list[str]) -> bool:
    """Tell whether a content is something to look at or to hear."""
    return any(word in kind for kind in kinds for word in _NOT_TEXT)


def _is_other_form(content: Element, chosen: dict[Element, Element | None]) -> bool:
    """Tell whether a content says again what another said: one of `EquivalentsList` is enough.

    `chosen` has the components that are such lists, with the branch of each that is read.
    """
    branches = {}
    branch = content
    for around in content.iterancestors() if chosen else ():
        if around in chosen:
            branches[around] = branch
        branch = around
    if any(chosen[around] not in {None, branch} for around, branch in branches.items()):
        return True
    chosen.update(branches)
    return False
