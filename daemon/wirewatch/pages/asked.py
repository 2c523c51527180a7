"""Queries as they are asked again and again: each compiled once for a state of the lists."""

from collections import OrderedDict
from threading import Lock

from wirewatch.deployment import Deployment
from wirewatch.pipeline.search import Question, question

_KEPT = 64
_known: OrderedDict[tuple[object, str], Question] = OrderedDict()
_turn = Lock()


def compiled(text: str, deployment: Deployment) -> Question:
    """Give a query compiled: an open page asks the same after each change of the store.

    Raises RuleError, and ConfigError when it names an unknown gazetteer.
    """
    lists = tuple(one.digest for one in deployment.gazetteers.values())
    with _turn:
        found = _known.get((lists, text))
        if found:
            _known.move_to_end((lists, text))
    if found is None:
        found = question(text, deployment.gazetteers)
        with _turn:
            _known[lists, text] = found
            while len(_known) > _KEPT:
                _known.popitem(last=False)
    return found
