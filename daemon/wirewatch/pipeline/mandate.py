"""Whether this process is the one that sends, where several could."""

import math
from typing import NamedTuple


class Mandate(NamedTuple):
    """By itself a process always sends.

    Where several could, `epoch` is that in which it does, and no message is begun later than
    `lease` seconds after it was claimed: another may send by then.
    """

    held: bool = True
    epoch: int | None = None
    lease: float = math.inf
