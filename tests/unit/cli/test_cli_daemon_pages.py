"""What the daemon's pages say: whether it works, and how things stand."""

from __future__ import annotations

import io
import json
import re
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from support.inprocess import Gateway

from gateway.app import App
from gateway.daemon import health
from gateway.daemon.crew import Crew
from gateway.daemon.health import Health
from gateway.domain.errors import Busy, NotConfigured
from gateway.observe import pages
from gateway.observe.logs import open_log
from gateway.observe.metrics import METRICS

DOCS = Path(__file__).parents[3] / "docs"


class Watched:
    """A crew that has not started, and its pages."""

    def __init__(self, home: Path) -> None:
        self.app = App(home, lambda key: b"")
        self.crew = Crew(self.app, open_log(io.StringIO()))
        self._pages = Health(lambda: self.crew).pages()

    def health(self) -> tuple[int, Any]:
        page = self._pages["/health"]()
        return page.status, json.loads(page.body)

    def metrics(self) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
        text = self._pages["/metrics"]().body.decode()
        families = text_string_to_metric_families(text)
        return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}

    def value(self, name: str, **labels: str) -> float:
        return self.metrics()[name, frozenset(labels.items())]


@pytest.fixture
def watched(month: Gateway) -> Watched:
    return Watched(month.home)


def test_it_is_well_when_the_database_answers_and_nothing_hangs(watched: Watched) -> None:
    status, found = watched.health()
    assert (status, found["ok"], found["database"], found["hanging"]) == (200, True, True, [])
    assert found["partners"]["momo"] == {"last_contact": None, "failures": 0}
    assert found["certificates_ending"] == {}


def test_certificates_that_end_are_told_in_days_and_as_a_time(month: Gateway) -> None:
    clock = month.home / "clock"
    setting = json.loads(clock.read_text())
    watched = Watched(month.home)
    ends = watched.value("chitra_certificate_end_timestamp_seconds", holder="payments")
    assert ends < watched.value("chitra_certificate_end_timestamp_seconds", holder="momo")
    left = int(ends - watched.app.clock.now().timestamp()) // 86400
    clock.write_text(json.dumps({**setting, "offset_seconds": setting["offset_seconds"] + (left - 20) * 86400}))
    assert Watched(month.home).health()[1]["certificates_ending"]["payments"] == 20


def test_a_database_that_cannot_be_read_is_503_and_shown(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_context: object) -> Any:
        raise Busy("database_trouble", reason="connection_lost")

    monkeypatch.setattr(health.figures, "counts", broken)
    status, found = watched.health()
    assert (status, found["ok"], found["database"], found["files_unknown"]) == (503, False, False, None)
    assert watched.value("chitra_database_up") == 0


def test_a_worker_that_hangs_is_503_and_named_and_a_long_round_of_many_files_is_not(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, now = watched.crew.partners[0], [1000.0]
    monkeypatch.setattr("gateway.daemon.worker.monotonic", lambda: now[0])
    worker._began = 1000.0
    for _ in range(3):
        now[0] += health.STILL_SECONDS_MAX - 1
        assert watched.health()[0] == 200
        assert not worker.task._context.stop.requested  # type: ignore[attr-defined]  # as between two files
    now[0] += health.STILL_SECONDS_MAX + 1
    status, found = watched.health()
    assert (status, found["hanging"]) == (503, [worker.task.name])
    worker._began = None
    assert watched.health()[0] == 200


def test_m15_safe_mode_is_503(watched: Watched) -> None:
    with watched.app.store.begin() as tx:
        tx.run("UPDATE instance SET safe_since = :now, safe_code = 'x', safe_params = '{}'", now=tx.now())
    status, found = watched.health()
    assert (status, found["safe_mode"]) == (503, True)
    assert watched.value("chitra_safe_mode") == 1


def test_figures_are_those_of_the_database(watched: Watched) -> None:
    with watched.app.store.begin() as tx:
        closed = tx.rows("SELECT partner, count(*) AS n FROM file_out WHERE state = 'closed' GROUP BY partner")
        raised = tx.value("SELECT count(*) FROM exception WHERE state = 'open'")
        tx.run("UPDATE file_out SET state = 'unknown' WHERE partner = 'momo'")
        unknown = tx.value("SELECT count(*) FROM file_out WHERE partner = 'momo'")
    momo = {"direction": "out", "partner": "momo"}
    assert closed
    for row in closed:
        if row.partner != "momo":
            assert watched.value("chitra_files", direction="out", partner=row.partner, state="closed") == row.n
    assert watched.value("chitra_files", **momo, state="unknown") == unknown
    assert watched.value("chitra_files_unknown", partner="momo") == unknown
    assert watched.health()[1]["exceptions_open"] == raised
    assert watched.value("chitra_database_up") == 1


def test_a_stop_is_counted_until_it_is_lifted(watched: Watched) -> None:
    from gateway.store import stops

    with watched.app.store.begin() as tx:
        stops.put(tx, stops.of_partner("momo"), "emergency", "test", "maker")
    assert watched.value("chitra_stops_active", scope="partner", code="emergency") == 1


def test_every_metric_stands_in_the_page_with_its_labels() -> None:
    rows = re.findall(r"^\| `chitra_(\w+)` \| (.*?) \|", (DOCS / "daemon.md").read_text(encoding="utf-8"), re.MULTILINE)
    described = {name.removesuffix("_total"): tuple(re.findall(r"`(\w+)`", labels)) for name, labels in rows}
    assert described == {name: metric.labels for name, metric in METRICS.items()}


def fetched(port: int, path: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_pages_are_served_while_the_context_lasts_and_nothing_else_is() -> None:
    shown = {"/health": lambda: pages.Page(503, "text/plain", b"no")}
    with pages.serving(("127.0.0.1", 0), shown) as port:
        assert fetched(port, "/health") == (503, b"no")
        assert fetched(port, "/../etc/passwd")[0] == 404
        assert fetched(port, "/health?x=1")[0] == 404
    with pytest.raises(urllib.error.URLError):
        fetched(port, "/health")


def test_a_port_that_is_taken_ends_the_start_in_words() -> None:
    with (
        pages.serving(("127.0.0.1", 0), {}) as port,
        pytest.raises(NotConfigured, match="cannot_listen"),
        pages.serving(("127.0.0.1", port), {}),
    ):
        raise AssertionError("two on one port")
