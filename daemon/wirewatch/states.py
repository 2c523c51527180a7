"""The states things can be in and the reasons why: what metrics, tables and messages count."""

from enum import StrEnum


class Role(StrEnum):
    """What a process does of all the work (`wirewatch run --role`)."""

    ALL = "all"
    INTAKE = "intake"
    WORKER = "worker"
    DESK = "desk"


class FileState(StrEnum):
    """Where an arrival stands in the ledger (`files.state`)."""

    PENDING = "pending"
    STORED = "stored"
    HANDED = "handed"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    IGNORED = "ignored"


class FileReason(StrEnum):
    """Why an arrival is where it stands (`files.reason`)."""

    SETTLING = "settling"
    RETRYING = "retrying"
    PARSING = "parsing"
    SAME_CONTENT = "same-content"
    SAME_ARTICLE = "same-article"
    EXCLUDED = "excluded"
    VANISHED = "vanished"
    INBOX_REMOVED = "inbox-removed"
    EMPTY = "empty"
    TOO_LARGE = "too-large"
    LINE_TOO_LONG = "line-too-long"
    NOT_REGULAR = "not-a-regular-file"
    LINK_OUTSIDE = "link-outside-inbox"
    NO_PERMISSION = "no-permission"
    READ_ERROR = "read-error"
    BINARY = "binary"
    NUL_BYTES = "nul-bytes"
    LONE_SURROGATES = "lone-surrogates"
    TRUNCATED = "truncated"
    UNDECODABLE = "undecodable"
    UNKNOWN_FORMAT = "unknown-format"
    NOT_INSTALLED = "not-installed"
    ENCRYPTED = "encrypted"
    EXPANDS_TOO_FAR = "expands-too-far"
    MALFORMED = "malformed"
    TIMED_OUT = "timed-out"
    OUT_OF_MEMORY = "out-of-memory"
    PARSER_FAILED = "parser-failed"
    NO_TEXT = "no-text"
    NO_ARTICLE = "no-article"
    UNSTORABLE = "unstorable"
    GIVEN_UP = "given-up"


REASONS_OF_FILES: dict[FileState, tuple[FileReason, ...]] = {
    FileState.PENDING: (FileReason.SETTLING, FileReason.RETRYING, FileReason.PARSING),
    FileState.STORED: (),
    FileState.HANDED: (),
    FileState.DUPLICATE: (FileReason.SAME_CONTENT, FileReason.SAME_ARTICLE),
    FileState.IGNORED: (
        FileReason.EXCLUDED,
        FileReason.VANISHED,
        FileReason.INBOX_REMOVED,
        FileReason.NO_ARTICLE,
    ),
}
REASONS_OF_FILES[FileState.QUARANTINED] = tuple(
    reason
    for reason in FileReason
    if not any(reason in known for known in REASONS_OF_FILES.values())
)
"""Why an arrival can be in each state."""

WITHDRAWN = frozenset({"canceled", "withheld"})
"""What `articles.status` says of an article that is not to be used."""


class SkipReason(StrEnum):
    """Why an item of a file is no article (`files.skipped`)."""

    PICTURE = "picture"
    AUDIO = "audio"
    VIDEO = "video"
    GRAPHIC = "graphic"
    PACKAGE = "package"
    PLANNING = "planning"
    CONCEPT = "concept"
    CATALOGUE = "catalogue"
    DATA = "data"
    NO_TEXT = "no-text"
    BINARY = "binary"
    UNKNOWN_FORMAT = "unknown-format"
    NO_CONTENT = "no-content"


class DeliveryState(StrEnum):
    """Where a delivery stands in the outbox (`deliveries.state`)."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    DEAD = "dead"
    SUPPRESSED = "suppressed"


class DeliveryReason(StrEnum):
    """Why a delivery is where it stands (`deliveries.reason`, `attempts.reason`)."""

    INTERRUPTED = "interrupted"
    HTTP_ERROR = "http-error"
    THROTTLED = "throttled-by-service"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    REFUSED_BY_SERVICE = "refused-by-service"
    CHANNEL_REMOVED = "channel-removed"
    GAVE_UP = "gave-up"
    RETRIED_BY_HAND = "retried-by-hand"
    WITHDRAWN = "withdrawn"
    DIGEST = "digest"
    QUIET_HOURS = "quiet-hours"
    RATE = "rate"
    GROUPED = "grouped"
    SILENCED = "silenced"
    ESCALATION = "escalation"
    ACKNOWLEDGED = "acknowledged"


HELD = frozenset(
    {
        DeliveryReason.DIGEST,
        DeliveryReason.QUIET_HOURS,
        DeliveryReason.RATE,
        DeliveryReason.GROUPED,
    }
)
"""Why a channel's policy lets a delivery wait; what has waited goes out gathered."""

WAITING = HELD | {DeliveryReason.ESCALATION}
"""Why a delivery that nobody has tried yet waits."""


REASONS_OF_DELIVERIES: dict[DeliveryState, tuple[DeliveryReason | None, ...]] = {
    DeliveryState.PENDING: (None, *sorted(WAITING), DeliveryReason.RETRIED_BY_HAND),
    DeliveryState.SENDING: (None,),
    DeliveryState.SENT: (None,),
    DeliveryState.FAILED: (
        DeliveryReason.INTERRUPTED,
        DeliveryReason.HTTP_ERROR,
        DeliveryReason.THROTTLED,
        DeliveryReason.TIMEOUT,
        DeliveryReason.UNREACHABLE,
        DeliveryReason.REFUSED_BY_SERVICE,
    ),
    DeliveryState.DEAD: (DeliveryReason.GAVE_UP, DeliveryReason.CHANNEL_REMOVED),
    DeliveryState.SUPPRESSED: (
        DeliveryReason.WITHDRAWN,
        DeliveryReason.SILENCED,
        DeliveryReason.ACKNOWLEDGED,
    ),
}
"""Why a delivery is usually in each state; None where no reason is given."""


class Recall(StrEnum):
    """What becomes of a story that people were told of."""

    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"


class AlarmKind(StrEnum):
    """What the desk itself is in trouble with (`alarms.kind`)."""

    SOURCE_SILENT = "source-silent"
    QUARANTINE = "quarantine-growing"
    DISK = "disk-low"
    STORE = "store-unavailable"
    CHANNEL = "channel-failing"
    RELOAD = "not-reloaded"
    CLOCK = "clock-jumped"
    BACKUP = "backup-overdue"
    LOG = "log-growing"


class Severity(StrEnum):
    """How loudly a rule speaks."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"


class After(StrEnum):
    """What happens to a file once it is stored."""

    LEAVE = "leave"
    ARCHIVE = "archive"
    DELETE = "delete"


class Watching(StrEnum):
    """How an inbox is watched."""

    AUTO = "auto"
    INOTIFY = "inotify"
    POLLING = "polling"


class Precision(StrEnum):
    """How exactly an article says when it was published."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    MINUTE = "minute"


class GroupBy(StrEnum):
    """By what a channel's alerts are one group, of which the first is told at once."""

    STORY = "story"
    RULE = "rule"
    OWN = "own"


class MessageFormat(StrEnum):
    """The markup a channel takes."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"


class Verdict(StrEnum):
    """What the doctor says of a thing, from well to worse."""

    WELL = "well"
    WARNING = "warning"
    FAULT = "fault"
