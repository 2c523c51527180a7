"""Can the services of channels be reached? Nothing is sent."""

from collections.abc import Iterator

from wirewatch.diagnosis.finding import Finding, fault, warning, well
from wirewatch.diagnosis.patient import Patient
from wirewatch.notify.send import address_of


def check(patient: Patient) -> Iterator[Finding]:
    """Look each service up and knock, if the network may be used."""
    if patient.deployment is None:
        return
    channels = patient.deployment.channels.values()
    if not patient.network:
        yield well(f"{len(channels)} channels, not tried: wirewatch doctor --network")
        return
    for channel in channels:
        address = address_of(channel.url)
        if address is None:
            said = f"{channel.name}: the address of its service is not known"
            yield warning(said, f"wirewatch send-test {channel.name}")
            continue
        problem = patient.machine.reaches(*address)
        if problem:
            said = f"{channel.name}: {address[0]}:{address[1]} cannot be reached: {problem}"
            yield fault(said, f"check name, port and firewall; wirewatch send-test {channel.name}")
        else:
            yield well(f"{channel.name}: {address[0]}:{address[1]} answers")
