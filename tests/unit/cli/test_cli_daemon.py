"""``daemon``: rounds of every partner by itself, signals, one at a time."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

import pytest
from support.inprocess import Answer, Gateway, StopsAt

from gateway.app import App
from gateway.cli.main import run
from gateway.daemon import tasks
from gateway.daemon.crew import Crew
from gateway.daemon.service import STOP_SECONDS_MAX, _reopened, _Service
from gateway.daemon.tasks import Exchange
from gateway.daemon.worker import Worker
from gateway.domain.errors import Alarm, ChitraError, NotConfigured
from gateway.observe.logs import open_log
from gateway.signals import Signalled
from gateway.usecases.collect import MoreWaits, Received
from gateway.usecases.context import Partner
from gateway.usecases.send import Sent

PARTNERS = 5


def events(answer: Answer) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.err.splitlines() if line.startswith("{")]


class Pauses:
    """Stands in for the workers' pauses: notes them, and stops the daemon when each has had its rounds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, rounds: int, workers: int = PARTNERS + 1) -> None:
        self.seen: list[tuple[str, float]] = []
        self._rounds, self._workers = rounds, workers
        monkeypatch.setattr(Worker, "_pause", lambda worker, seconds: self._pause(worker.task.name, seconds))

    def _pause(self, worker: str, seconds: float) -> None:
        self.seen.append((worker, seconds))
        counted = Counter(name for name, _seconds in self.seen)
        if len(counted) == self._workers and min(counted.values()) >= self._rounds:
            os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.002)

    def of(self, worker: str) -> list[float]:
        return [seconds for name, seconds in self.seen if name == worker]


def raising(error: Exception) -> Callable[..., Any]:
    def act(*_arguments: object) -> None:
        raise error

    return act


def test_once_is_one_round_that_tells_what_it_fetched(served: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Signalled, "wait", lambda stop, seconds: stop.request())
        served.json("sandbox", "clock", "--next-day").done()
        served.json("sandbox", "run", "--no-server").done()
    answer = served.words("daemon", "--once")
    told = events(answer)
    assert answer.code == 0
    assert [told[0]["event"], told[-1]["event"]] == ["daemon_started", "daemon_stopped"]
    fetched = [each for each in told if each["event"] == "file_in"]
    assert {each["state"] for each in fetched} == {"processed"}
    assert len(fetched) == PARTNERS


def test_once_ends_with_the_gravest_exit_code_of_the_round(month: Gateway) -> None:
    answer = month.json("daemon", "--once")
    failed = [each for each in events(answer) if each["event"] == "partner_failed"]
    assert answer.code == 1
    assert answer.document == {"once": True, "exit_code": 1}
    assert len(failed) == PARTNERS
    assert {each["code"] for each in failed} == {"unreachable"}


def test_d3_a_second_daemon_is_refused(month: Gateway) -> None:
    with App(month.home, lambda key: b"").store.exclusive("daemon"):
        answer = month.json("daemon", "--once")
    assert (answer.code, answer.document["error"]["code"]) == (1, "busy")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_d5_a_signal_ends_it_after_the_step_at_hand(month: Gateway, number: signal.Signals) -> None:
    with redirect_stderr(StopsAt("partner_failed", number)) as told:
        assert run(["--home", str(month.home), "daemon"]) == 0
    assert '"daemon_stopped"' in told.getvalue()


def test_errors_of_a_round_never_end_it(served: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    Pauses(monkeypatch, rounds=3)
    for step in ("prepare", "close", "dispatch", "collect"):
        monkeypatch.setattr(tasks, step, raising(Alarm("approval_void", batch="B", reason="content_changed")))
    answer = served.words("daemon")
    assert answer.code == 0
    failed = [each["event"] for each in events(answer) if each.get("code") == "approval_void"]
    assert failed.count("step_failed") >= 3 * 2
    assert failed.count("partner_failed") >= 3 * 2 * PARTNERS


def test_d5_no_step_begins_after_the_signal(served: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """The signal comes while every partner is collecting, as it does first: none of them sends any more."""
    collecting = threading.Barrier(PARTNERS)
    steps: list[str] = []

    def collect(context: Any, _partner: Partner) -> Any:
        if collecting.wait(60) == 0:
            os.kill(os.getpid(), signal.SIGTERM)
        while not context.stop.requested:
            time.sleep(0.002)
        steps.append("collect")
        return [], []

    monkeypatch.setattr(tasks, "collect", collect)
    monkeypatch.setattr(tasks, "dispatch", lambda *_: steps.append("send"))
    assert served.words("daemon").code == 0
    assert steps == ["collect"] * PARTNERS


def test_d5_no_further_file_is_begun_after_the_signal(month: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """Allocation and sealing ask between two subjects, too."""
    context = App(month.home, lambda key: b"").context
    context.stop.requested = True  # type: ignore[misc]
    monkeypatch.setattr("gateway.usecases.send.waiting", lambda context: ["B1", "B2"])
    assert tasks.prepare(context).errors == []
    assert tasks.dispatch(context, next(iter(context.partners.values()))).deliveries == []


def test_the_pause_is_the_configured_one_at_most_a_tenth_longer_or_shorter(
    served: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses = Pauses(monkeypatch, rounds=1)
    (served.home / "chitra.toml").open("a").write("[daemon]\npoll_seconds = 7\nquiet_poll_seconds = 7\n")
    assert served.words("daemon").code == 0
    assert set(pauses.of("office")) == {7}
    assert all(6.3 <= seconds <= 7.7 for _worker, seconds in pauses.seen)


def test_a_partner_may_ask_for_longer_pauses(served: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses = Pauses(monkeypatch, rounds=1)
    served.configure('adapter = "momo"\n', 'adapter = "momo"\npoll_seconds = 5000\n')
    assert served.words("daemon").code == 0
    assert min(pauses.of("momo")) >= 4500
    assert max(seconds for worker, seconds in pauses.seen if worker != "momo") < 4500


def test_a_dead_partner_is_asked_less_and_less(month: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses = Pauses(monkeypatch, rounds=4)
    (month.home / "chitra.toml").open("a").write("[daemon]\npoll_seconds = 10\nbackoff_seconds_max = 60\n")
    assert month.words("daemon").code == 0
    spread = [(18, 22), (36, 44), (54, 66), (54, 66)]
    assert all(low <= seconds <= high for (low, high), seconds in zip(spread, pauses.of("momo")[:4], strict=True))


def test_a_partner_that_hangs_delays_no_other(served: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """One partner's step goes on until all the others have had three rounds."""
    pauses = Pauses(monkeypatch, rounds=3, workers=PARTNERS)
    sound = tasks.collect

    def collect(context: Any, partner: Partner) -> Any:
        while partner.code == "momo" and not context.stop.requested:
            time.sleep(0.002)
        return sound(context, partner)

    monkeypatch.setattr(tasks, "collect", collect)
    assert served.words("daemon").code == 0
    assert "momo" not in {worker for worker, _seconds in pauses.seen}
    assert min(len(pauses.of(worker)) for worker in {worker for worker, _seconds in pauses.seen}) >= 3


def test_d5_a_step_that_never_ends_is_left_and_told(served: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    hung = threading.Event()
    monkeypatch.setattr("gateway.daemon.service.STOP_SECONDS_MAX", 0)

    def dispatch(_context: Any, partner: Partner) -> Any:
        if partner.code == "momo":
            os.kill(os.getpid(), signal.SIGTERM)
            hung.wait(60)
        raise ChitraError("unreachable", host="h", port=1)

    monkeypatch.setattr(tasks, "dispatch", dispatch)
    answer = served.words("daemon")
    hung.set()
    assert answer.code == 1
    assert "momo" in [each["worker"] for each in events(answer) if each["event"] == "step_left"]
    assert events(answer)[-1]["event"] == "daemon_stopped"


def test_one_connection_is_kept_from_round_to_round(served: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    from gateway.transport import sftp

    connections: list[str] = []
    connect = sftp.connect
    monkeypatch.setattr(sftp, "connect", lambda endpoint: (connections.append(endpoint.user), connect(endpoint))[1])
    Pauses(monkeypatch, rounds=3)
    (served.home / "chitra.toml").open("a").write("[daemon]\nquiet_poll_seconds = 30\n")
    assert served.words("daemon").code == 0
    assert sorted(connections) == sorted(set(connections))
    assert len(connections) == PARTNERS


def test_t7_a_bug_at_one_partner_is_logged_without_its_words_and_everybody_goes_on(
    served: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses = Pauses(monkeypatch, rounds=3)
    (served.home / "chitra.toml").open("a").write("[daemon]\npoll_seconds = 10\nquiet_poll_seconds = 10\n")
    collected: list[str] = []

    def dispatch(_context: Any, partner: Partner) -> Sent:
        return Sent(bugs=[ValueError("NGUYEN VAN A")] if partner.code == "momo" else [])

    monkeypatch.setattr(tasks, "dispatch", dispatch)
    monkeypatch.setattr(tasks, "collect", lambda _context, partner: (collected.append(partner.code), ([], []))[1])
    answer = served.words("daemon")
    assert answer.code == 0
    assert "NGUYEN VAN A" not in answer.err
    bugs = [each for each in events(answer) if each["event"] == "bug"]
    assert {each["partner"] for each in bugs} == {"momo"}
    assert bugs[0]["traceback"][0].startswith("ValueError")
    assert Counter(collected)["momo"] >= 3
    assert min(pauses.of("momo")) > max(seconds for worker, seconds in pauses.seen if worker != "momo")


def test_t7_a_bug_that_escapes_a_step_is_logged_with_its_places(
    served: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    Pauses(monkeypatch, rounds=2)
    monkeypatch.setattr(tasks, "prepare", raising(ZeroDivisionError()))
    answer = served.words("daemon")
    bug = next(each for each in events(answer) if each["event"] == "bug")
    assert answer.code == 0
    assert re.match(r"ZeroDivisionError, act \(.*test_cli_daemon.py:[0-9]+\)", bug["traceback"][0])


def test_a_bug_ends_once_with_a_traceback_after_the_steps_of_the_others(
    served: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[str] = []

    def dispatch(context: Any, partner: Partner) -> Any:
        if partner.code == "momo":
            raise ZeroDivisionError
        ended.append(partner.code)
        return tasks.prepare(context)

    monkeypatch.setattr(tasks, "dispatch", dispatch)
    with pytest.raises(ZeroDivisionError):
        served.words("daemon", "--once")
    assert len(ended) == PARTNERS - 1


def test_a_worker_that_cannot_go_on_ends_the_daemon(served: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Exchange, "pause", raising(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        served.words("daemon")


def test_files_that_wait_are_fetched_at_once_only_after_a_round_that_stored_one(
    month: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    crew = Crew(App(month.home, lambda key: b""), open_log(io.StringIO()))
    exchange = next(task for task in (worker.task for worker in crew.partners) if isinstance(task, Exchange))
    more = [MoreWaits("more_waits", folder="/out", files=9)]
    stored = [Received("F1", exchange.name, "a.xml", "camt.053", "processed")]
    monkeypatch.setattr(Exchange, "_look", lambda exchange: 0)
    monkeypatch.setattr(tasks, "dispatch", lambda *_: Sent())
    monkeypatch.setattr(tasks, "collect", lambda *_: (stored, more))
    exchange.round()
    assert exchange.pause() == 0
    monkeypatch.setattr(tasks, "collect", lambda *_: ([], more))
    exchange.round()
    assert exchange.pause() > 0


def test_a_server_that_is_down_is_backed_off_from_also_when_files_waited_there(
    month: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    crew = Crew(App(month.home, lambda key: b""), open_log(io.StringIO()))
    exchange = next(task for task in (worker.task for worker in crew.partners) if isinstance(task, Exchange))
    exchange._more_waits = True
    exchange.round()
    assert exchange.kept.failures == 1
    assert exchange.pause() > 0


@pytest.mark.parametrize(
    ("pattern", "wrong", "code"),
    [
        (r"trusted = .*", 'trusted = ["keyring/partners/nobody.pem"]', "key_missing"),
        (r"host_keys = .*", 'host_keys = ["ssh-ed25519 AAAA"]', "host_key_unreadable"),
        (r"identity = .*", 'identity = "keyring/nobody"', "identity_missing"),
    ],
)
def test_a_reload_refuses_a_partner_that_could_not_be_served(
    month: Gateway, pattern: str, wrong: str, code: str
) -> None:
    app = App(month.home, lambda key: b"")
    assert _reopened(app).context.partners
    path = month.home / "chitra.toml"
    path.write_text(re.sub(pattern, wrong, path.read_text(), count=1))
    with pytest.raises(NotConfigured, match=code):
        _reopened(app)


def test_a_reload_refuses_an_identity_that_does_not_open(month: Gateway) -> None:
    app = App(month.home, lambda key: b"")
    (month.home / "keyring" / "sftp").write_bytes(b"not a key")
    with pytest.raises(NotConfigured, match="identity_unreadable"):
        _reopened(app)


def test_a_bug_of_a_crew_that_leaves_after_a_reload_is_logged(month: Gateway) -> None:
    app, told = App(month.home, lambda key: b""), io.StringIO()
    crews = [Crew(app, open_log(told)) for _ in range(2)]
    service = _Service(crews[1], open_log(told), Signalled(), Signalled())
    service._leaving = [crews[0]]
    crews[0].partners[0].bug = ZeroDivisionError()
    service._let_go()
    assert service._leaving == []
    assert [json.loads(line)["traceback"] for line in told.getvalue().splitlines()] == [["ZeroDivisionError"]]


class _JustAfter(Signalled):
    """The signal comes right after each look at the flag."""

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name == "requested":
            self.request()
        return found


def test_a_signal_that_comes_while_the_flag_is_looked_at_is_not_lost() -> None:
    hangup = _JustAfter()
    assert not hangup.taken()
    assert hangup.taken()


def test_a3_its_log_names_no_person(served: Gateway) -> None:
    answer = served.words("daemon", "--once")
    with (served.home / "batch.csv").open(encoding="utf-8-sig", newline="") as source:
        people = list(csv.DictReader(source))
    assert events(answer)
    assert not any(each[name] in answer.err for each in people for name in ("beneficiary_name", "account"))


def test_new_files_end_the_pauses_of_the_partners(month: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """With pauses of an hour, files are sent in the round after their allocation all the same."""
    rounds: Counter[str] = Counter()
    paused = threading.Semaphore(0)
    allocated = Sent(allocated=["M1"])

    def prepare(_context: Any) -> Sent:
        for _ in range(PARTNERS):
            paused.acquire(timeout=60)
        return allocated

    def dispatch(_context: Any, partner: Partner) -> Sent:
        rounds[partner.code] += 1
        if len(rounds) == PARTNERS and min(rounds.values()) == 2:
            os.kill(os.getpid(), signal.SIGTERM)
        return Sent()

    sound = Exchange.pause
    monkeypatch.setattr(Exchange, "pause", lambda exchange: (paused.release(), sound(exchange))[1])
    monkeypatch.setattr(Exchange, "_look", lambda exchange: 0)
    monkeypatch.setattr(tasks, "prepare", prepare)
    monkeypatch.setattr(tasks, "dispatch", dispatch)
    monkeypatch.setattr(tasks, "collect", lambda *_: ([], []))
    (month.home / "chitra.toml").open("a").write("[daemon]\npoll_seconds = 3600\n")
    patience = threading.Timer(60, os.kill, (os.getpid(), signal.SIGTERM))
    patience.start()
    assert month.words("daemon").code == 0
    patience.cancel()
    assert set(rounds.values()) == {2}


def test_d5_the_unit_file_waits_longer_than_the_daemon_and_speaks_its_language() -> None:
    text = (Path(__file__).parents[3] / "deploy" / "chitra.service").read_text(encoding="utf-8")
    unit = dict(line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))
    assert unit["Type"] == "notify"
    assert int(unit["TimeoutStopSec"]) > STOP_SECONDS_MAX
    assert unit["ExecStart"].endswith("chitra daemon")
    assert "HUP" in unit["ExecReload"]
    assert unit["Restart"] == "on-failure"
