"""What has changed between two versions of a text, sentence by sentence."""

from difflib import SequenceMatcher

from wirewatch.text.sentences import sentences

_MOST = 400  # sentences of each version: longer texts are compared by their beginnings


def changes(before: str, after: str) -> list[tuple[str, str]]:
    """Give the sentences that were taken away ('-') and that are new ('+'), in reading order."""
    old, new = (
        [text[start:end] for start, end in sentences(text)[:_MOST]] for text in (before, after)
    )
    found: list[tuple[str, str]] = []
    for kind, begun, ended, first, last in SequenceMatcher(None, old, new, False).get_opcodes():
        if kind != "equal":
            found += [("-", sentence) for sentence in old[begun:ended]]
            found += [("+", sentence) for sentence in new[first:last]]
    return found
