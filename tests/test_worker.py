"""A worker's process: it needs no broker to start, no store, and no secret of a channel."""

import http.client
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from conftest import PATIENCE, ManualClock, Site
from wirewatch.deployment import load_deployment
from wirewatch.errors import ConfigError
from wirewatch.exposure import read_at
from wirewatch.worker import Worker

NOBODY = '[cluster]\nname = "w1"\naddresses = ["127.0.0.1:1"]\n'


@pytest.fixture
def ask(site: Site, clock: ManualClock) -> Iterator[Callable[[str], tuple[int, str]]]:
    """Give what asks a worker at work, whose broker is away, for a page."""
    site.write("json://${env:NOBODY_GAVE_IT}/", NOBODY)
    deployment = load_deployment(site.config, tells=False)
    config = deployment.config
    at = read_at(site.config, config.metrics, "127.0.0.1:0")
    shows = config.model_copy(update={"metrics": at})
    worker = Worker(site.config, replace(deployment, config=shows), clock)
    life = threading.Thread(target=worker.run)
    life.start()

    def page(path: str) -> tuple[int, str]:
        visit = http.client.HTTPConnection("127.0.0.1", worker.servers["metrics"].port, PATIENCE)
        visit.request("GET", path)
        answer = visit.getresponse()
        with answer:
            return answer.status, answer.read().decode()

    yield page
    worker.stop()
    life.join(PATIENCE)
    assert not life.is_alive()


def test_a_worker_shows_its_figures(ask: Callable[[str], tuple[int, str]]) -> None:
    """Though it has no store: its vitals and its part in the cluster; `/ready` says what lacks."""
    code, figures = ask("/metrics")
    assert code == 200
    assert 'wirewatch_cluster_done_total{role="worker"} 0.0' in figures
    assert 'wirewatch_worker_stuck{worker="work"} 0.0' in figures
    assert "wirewatch_ready 0.0" in figures
    assert ask("/health") == (200, '{"ok": true, "reasons": []}\n')
    code, said = ask("/ready")
    assert code == 503
    assert "the broker is not reached" in said


def test_a_worker_needs_no_secret_of_a_channel(site: Site) -> None:
    """It tells nobody: what others need to tell people is not asked of it."""
    site.write("json://${env:NOBODY_GAVE_IT}/", NOBODY)
    known = load_deployment(site.config, tells=False)
    assert not known.channels
    assert [rule.channels for rule in known.rules] == [("desk",)]
    with pytest.raises(ConfigError, match="NOBODY_GAVE_IT"):
        load_deployment(site.config)


def test_its_rules_are_those_of_a_desk(site: Site) -> None:
    """Both name one version, though only one of them knows the channels."""
    assert load_deployment(site.config, tells=False).version == load_deployment(site.config).version
