"""Corrections: nobody hears that something was wrong before hearing the thing itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from year.books import Books, Delivery


@dataclass(frozen=True)
class Corrections:
    """Holds what corrects something against what it corrects."""

    books: Books

    def early(self) -> Iterator[str]:
        """Find corrections that went before what they correct, where that went at all."""
        for one in self.books.deliveries.values():
            corrected = self.books.corrected(one)
            claims = self.books.claims[one.id]
            if not (corrected and claims) or one.id in self.books.lived.diary.by_hand:
                continue
            if not self._went(corrected, claims[0].at):
                yield f"corrected {claims[0].at}: {one}, and not yet told: {corrected}"

    def _went(self, one: Delivery, at: datetime) -> bool:
        """Tell whether an alert had gone out by a moment, or never will, or by hand alone."""
        claims = self.books.claims[one.id]
        if claims and claims[0].at <= at:
            return True
        ended = one.state in {"suppressed", "dead"} and one.finished and one.finished <= at
        return bool(ended) or one.id in self.books.lived.diary.by_hand
