"""What `wirewatch ingest` does, timed once everything is imported and loaded."""

import json
import sys
import time
from pathlib import Path

import wirewatch.pipeline.bulk
import wirewatch.store.lock  # noqa: F401 - so that the command finds both imported
from wirewatch.cli.ingest import _ingest
from wirewatch.deployment import load_deployment


def run(config: Path, folder: Path) -> float:
    """Ingest a folder; give the seconds."""
    deployment = load_deployment(config)
    begun = time.perf_counter()
    _ingest(deployment, [folder], "bench", deliver=False)
    return time.perf_counter() - begun


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]), Path(sys.argv[2]))))
