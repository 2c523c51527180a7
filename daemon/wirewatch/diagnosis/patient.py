"""What is examined: a configuration as far as it can be read, and the machine it is for."""

from dataclasses import dataclass
from pathlib import Path

from wirewatch.config import Config, read_config
from wirewatch.deployment import Deployment, load_deployment
from wirewatch.diagnosis.machine import Machine
from wirewatch.errors import ConfigError, Fault


@dataclass(frozen=True)
class Patient:
    """A configuration with its faults, a machine, and whether the network may be used."""

    path: Path
    machine: Machine
    config: Config | None
    deployment: Deployment | None
    faults: tuple[Fault, ...] = ()
    network: bool = False


def patient_of(path: Path, machine: Machine, *, network: bool) -> Patient:
    """Read a configuration with all that it names, as far as that goes."""
    try:
        deployment = load_deployment(path)
    except ConfigError as error:
        config, _ = read_config(path)
        return Patient(path, machine, config, None, error.faults, network)
    return Patient(path, machine, deployment.config, deployment, (), network)
