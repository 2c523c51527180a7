"""Is the configuration sound?"""

from collections.abc import Iterator

from wirewatch.diagnosis.finding import Finding, fault, warning, well
from wirewatch.diagnosis.patient import Patient


def check(patient: Patient) -> Iterator[Finding]:
    """Say every fault; of a sound one what it holds, and whom it forgets."""
    for one in patient.faults:
        yield fault(f"{one.place}: {one.problem}".split("\n")[0], one.remedy or "wirewatch check")
    sound = patient.deployment
    if sound is None:
        return
    yield well(
        f"{patient.path}: {len(sound.inboxes)} inboxes, {len(sound.rules)} rules, "
        f"{len(sound.channels)} channels"
    )
    if silent := sound.silent_rules:
        said = f"{len(silent)} rules tell nobody: {', '.join(silent[:5])}"
        yield warning(said, "give them channels, or a route; wirewatch routes test FILE")
    if not sound.config.alarms.channels:
        said = "nobody hears of the desk's own trouble"
        yield warning(said, 'add to wirewatch.toml: [alarms] channels = ["…"]')
