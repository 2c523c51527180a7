"""Whether a query makes sense: can it ever be true, is it always, does it only say NOT?

Leaves are taken as found or not, in every combination; whatever compares places may be false of
leaves that are found. So what is called impossible is, though not all that is gets called so.
"""

from collections.abc import Iterator
from itertools import product

from wirewatch.rules.query.leaf import Pattern
from wirewatch.rules.query.logic import And, Not, Or
from wirewatch.rules.query.node import Leaf, Node

_MOST_LEAVES = 10  # a thousand combinations


def fault_of(query: Node) -> tuple[str, str] | None:
    """Say what makes a query useless, and what to do; None when it makes sense."""
    could_be_true, _ = _truth(query, frozenset())
    if could_be_true:
        problem = "only says what must not be there, so nearly every article would match"
        return problem, "add a word that must be there: … AND NOT …"
    leaves = frozenset(query.leaves())
    if len(leaves) <= _MOST_LEAVES and not any(_truth(query, found)[0] for found in _sets(leaves)):
        return "can never be true: it asks for what it excludes", "take one of the two away"
    return None


def note_of(query: Node) -> str | None:
    """Say what makes a query slow, though it makes sense; None when nothing does."""
    if query.needs(lambda _: 1) is not None:
        return None
    free = [leaf for leaf in query.leaves() if leaf.needs(lambda _: 1) is None]
    expression = next((leaf for leaf in free if isinstance(leaf, Pattern)), None)
    if expression:
        return f"{expression} has no literal part, so it is tried on every article"
    return f"{free[0]} alone can make it true, so it is evaluated for every article"


def _sets(leaves: frozenset[Leaf]) -> Iterator[frozenset[Leaf]]:
    """Give every set of some leaves."""
    ordered = tuple(leaves)
    for chosen in product((True, False), repeat=len(ordered)):
        yield frozenset(leaf for leaf, found in zip(ordered, chosen, strict=True) if found)


def _truth(node: Node, found: frozenset[Leaf]) -> tuple[bool, bool]:
    """Tell whether a node can be true, and whether it can be false, when these leaves are found."""
    match node:
        case Leaf():
            return node in found, node not in found
        case Not(part):
            true, false = _truth(part, found)
            return false, true
        case Or(parts):
            each = [_truth(part, found) for part in parts]
            return any(true for true, _ in each), all(false for _, false in each)
        case _:
            each = [_truth(part, found) for part in node.parts]
            could_be_false = any(false for _, false in each) or not isinstance(node, And)
            return all(true for true, _ in each), could_be_false
