"""What people do on the pages: it goes to the daemon, over its socket. Nothing is written here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wirewatch.control.client import Daemon
from wirewatch.control.wishes import ANY, Hush
from wirewatch.errors import ConfigError, WirewatchError
from wirewatch.pages.page import Visit, whole
from wirewatch.pages.rules import draft_from
from wirewatch.pipeline.drafts import save

_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Deed:
    """What a visitor does, and as whom."""

    form: Mapping[str, str]
    visit: Visit

    @property
    def by(self) -> str:
        """Give who does it: as the proxy says, else as typed."""
        return (self.visit.user or self.form.get("by", "")).strip()[:_LONGEST_NAME]

    def field(self, key: str) -> str:
        """Give a field of the form; empty where it is not there."""
        return self.form.get(key, "").strip()

    def number(self, key: str) -> int:
        """Give a number of the form, 0 where it is none."""
        return whole(self.field(key)) or 0


def done(deed: Deed) -> tuple[bool, str]:
    """Do what is asked; tell whether it is done, and say what came of it."""
    act = _DEEDS.get(deed.field("act"))
    if act is None:
        return False, deed.visit.words("act_unknown")
    try:
        return True, act(deed)
    except ConfigError as error:
        said = "; ".join(f"{one.problem}: {one.remedy}" for one in error.faults)
        return False, deed.visit.words("act_failed", why=said)
    except WirewatchError as error:
        where = str(deed.visit.deployment.config.store.parent)
        return False, deed.visit.words("act_failed", why=str(error).replace(where, "…"))


def _daemon(deed: Deed) -> Daemon:
    """Give the daemon."""
    return Daemon(deed.visit.deployment.config.socket)


def _acknowledge(deed: Deed) -> str:
    """Take an alert on."""
    found = _daemon(deed).acknowledge([str(deed.number("alert"))], deed.by)
    return deed.visit.words("act_taken" if found.taken else "act_taken_before")


def _retry(deed: Deed) -> str:
    """Try again what was not delivered."""
    due = _daemon(deed).retry([deed.number("alert")], deed.by)
    return deed.visit.words.count("act_retried", due)


def _silence(deed: Deed) -> str:
    """Begin a silence."""
    patterns = {key: deed.field(key) or ANY for key in ("rule", "channel", "source")}
    hush = Hush(deed.field("until"), deed.field("comment"), **patterns)
    begun = _daemon(deed).silence(hush, deed.by)
    until = begun.until[:16].replace("T", " ")
    return deed.visit.words("act_silenced", n=begun.silence, until=until)


def _unsilence(deed: Deed) -> str:
    """End a silence."""
    ended = _daemon(deed).unsilence(deed.number("silence"), deed.by)
    return deed.visit.words("act_unsilenced" if ended else "act_unsilenced_before")


def _save(deed: Deed) -> str:
    """Save a draft of a rule."""
    deployment = deed.visit.deployment
    draft = draft_from(deed.visit, deed.field("q"))
    saved = save(draft, deployment.config, deployment.gazetteers)
    key = "act_saved" if saved.is_read else "act_saved_unread"
    return deed.visit.words(key, file=saved.path.name)


_DEEDS: Mapping[str, Callable[[Deed], str]] = {
    "acknowledge": _acknowledge,
    "retry": _retry,
    "silence": _silence,
    "unsilence": _unsilence,
    "save": _save,
}
