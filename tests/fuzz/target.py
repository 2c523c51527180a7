"""One target: bytes in, an outcome out; anything else is a finding, and so is what takes too long.

Run as `python -m tests.fuzz.target FORMAT [libFuzzer's options]`, by `run`.
"""

import hashlib
import re
import sys
import unicodedata

import atheris

with atheris.instrument_imports(include=["wirewatch"]):
    from wirewatch.clock import utc_now
    from wirewatch.intake.source import Content
    from wirewatch.model import Arrival, Outcome, Stamp
    from wirewatch.pipeline.examine import Examiner, Limits
    from wirewatch.rules.matcher import Matcher
    from wirewatch.states import FileState

NEVER = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""What no text of an article holds."""
MOST = (
    20_000_000  # bytes that come out of an archive: a bomb is to be refused, not to be waited for
)


def examined(examiner: Examiner, data: bytes) -> Outcome:
    """Let a file be examined as the daemon does, but for the process of its own."""
    stamp = Stamp(len(data), 1, 1)
    arrival = Arrival("fuzz", "file", stamp, utc_now())
    return examiner.outcome(arrival, Content(data, hashlib.sha256(data).hexdigest(), stamp))


def check(outcome: Outcome) -> None:
    """Fail where an outcome is none, or where what is stored is not clean."""
    assert outcome.state in {FileState.STORED, FileState.QUARANTINED, FileState.IGNORED}
    assert not NEVER.search(outcome.detail)
    for found in outcome.found:
        article = found.article
        for text in (article.title, article.headline, article.body, article.byline or ""):
            assert not NEVER.search(text), "a control character is stored"
            assert unicodedata.is_normalized("NFC", text), "text is stored that is no NFC"


def main() -> None:
    """Fuzz until the time is up, or something is found."""
    limits = Limits()
    unpacking = type(limits.unpacking)(size=MOST)
    examiner = Examiner(Matcher([], {}), utc_now, Limits(unpacking=unpacking))
    atheris.Setup([sys.argv[0], *sys.argv[2:]], lambda data: check(examined(examiner, data)))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
