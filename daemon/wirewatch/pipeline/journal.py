"""What is said in the log of files, alerts and deliveries: their numbers, never their text."""

import logging
from collections.abc import Iterable

from wirewatch.event import Event
from wirewatch.model import Attempt, Message
from wirewatch.states import FileState
from wirewatch.store.accept import Accepted

_files = logging.getLogger("wirewatch.files")
_alerts = logging.getLogger("wirewatch.alerts")
_deliveries = logging.getLogger("wirewatch.deliveries")

_NAMED = 8  # articles of a file whose numbers are given


def tell_committed(accepted: Iterable[Accepted]) -> None:
    """Log what was committed: a line for each file, and one for each alert."""
    for done in accepted:
        if done.state is not FileState.PENDING:
            _tell_file(done)
        for raised in done.raised:
            _alerts.info(
                Event(
                    "alert-raised",
                    alert=raised.id,
                    rule=raised.rule,
                    severity=raised.severity,
                    article=raised.article_id,
                    file=done.file_id,
                )
            )


def _tell_file(done: Accepted) -> None:
    """Log what became of a file; of one that was seen twice only for who looks closely."""
    level = logging.WARNING if done.state is FileState.QUARANTINED else logging.INFO
    level = logging.DEBUG if done.again else level
    arrival = done.outcome.arrival
    said = Event(
        done.state.value,
        file=done.file_id,
        inbox=arrival.inbox,
        path=arrival.path,
        reason=done.reason,
        articles=done.articles,
        article=done.article_ids[:_NAMED] or None,
        alerts=done.alerts,
    )
    _files.log(level, said)


def tell_attempt(message: Message, attempt: Attempt) -> None:
    """Log what came of sending a message; what a service answered stands in the store only.

    It may repeat what it was sent.
    """
    said = Event(
        "sent" if attempt.ok else "not-sent",
        delivery=message.delivery_id,
        alert=message.alert_id,
        article=message.article_id,
        channel=message.channel,
        attempt=message.attempts + 1,
        gathered=len(message.gathered) or None,
        ref=message.key,
        ms=attempt.milliseconds,
        reason=attempt.reason,
        http=attempt.http_code,
    )
    _deliveries.log(logging.INFO if attempt.ok else logging.WARNING, said)
    if attempt.error:
        _deliveries.debug(Event("answer", delivery=message.delivery_id, error=attempt.error))
