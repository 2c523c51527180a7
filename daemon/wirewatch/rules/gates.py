"""Which rules are to be evaluated when something is found: those that wait for it.

A rule waits for few of its leaves, of which one must be hit for it to be true: the rarest. How
rare a term is nobody knows before the texts come; that a long one is rarer than a short one, and
one that many rules hold less telling than one of its own, is a fair guess.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from wirewatch.rules.query.leaf import Named, Pattern, Term
from wirewatch.rules.query.node import Leaf
from wirewatch.rules.rulebook import Rule


class Gates:
    """What some rules wait for. `texts` are to be looked for, by number; the rest is by leaf."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        uses = Counter(
            text for rule in rules for leaf in rule.query.leaves() if (text := _text(leaf))
        )
        self.texts = list(uses)
        numbers = {text: number for number, text in enumerate(self.texts)}
        waiting: list[tuple[int, ...]] = [()] * len(numbers)
        named: defaultdict[Leaf, list[int]] = defaultdict(list)
        always: list[int] = []

        def cost(leaf: Leaf) -> float:
            return _expected_share(leaf) * uses.get(_text(leaf), 1)

        for number, rule in enumerate(rules):
            needed = rule.query.needs(cost)
            if needed is None:
                always.append(number)
            for leaf in needed or ():
                text = _text(leaf)
                if text:
                    waiting[numbers[text]] += (number,)
                else:
                    named[leaf].append(number)
        self._waiting, self._named, self._always = waiting, dict(named), always

    def opened(self, numbers: Iterable[int], named: Iterable[Leaf]) -> list[int]:
        """Give the rules to evaluate, in order, when some texts and lists were found."""
        rules = set(self._always)
        for number in numbers:
            rules.update(self._waiting[number])
        for leaf in named:
            rules.update(self._named.get(leaf, ()))
        return sorted(rules)


def _text(leaf: Leaf) -> str:
    """Give what is looked for to find a leaf; nothing for lists, and what no word tells."""
    match leaf:
        case Term(text=text) | Pattern(literal=text):
            return text
        case _:
            return ""


def _expected_share(leaf: Leaf) -> float:
    """Guess in what share of articles a leaf is hit: a gazetteer in many, a long word in few."""
    match leaf:
        case Named(part=part):
            return 0.5 if part is None else 0.2
        case Term(text=text) | Pattern(literal=text):
            return max(0.002, float(0.5 ** (len(text) / 1.5)))
        case _:
            return 1.0
