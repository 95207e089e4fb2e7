"""``daemon``: rounds, signals, one at a time."""

from __future__ import annotations

import csv
import json
import signal
from contextlib import redirect_stderr
from typing import Any

import pytest
from support.inprocess import Answer, Gateway, StopsAt

from gateway import daemon
from gateway.app import App
from gateway.cli.main import run
from gateway.domain.errors import Alarm
from gateway.signals import Signalled


def events(answer: Answer) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.err.splitlines() if line.startswith("{")]


def test_once_is_one_round_that_tells_what_it_fetched(served: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Signalled, "wait", lambda stop, seconds: stop.request())
    served.json("sandbox", "clock", "--next-day").done()
    served.json("sandbox", "run", "--no-server").done()
    answer = served.words("daemon", "--once")
    told = events(answer)
    assert answer.code == 0
    assert [told[0]["event"], told[-1]["event"]] == ["daemon_started", "daemon_stopped"]
    fetched = [each for each in told if each["event"] == "file_in"]
    assert {each["state"] for each in fetched} == {"processed"}
    assert len(fetched) == 5


def test_once_ends_with_the_gravest_exit_code_of_the_round(month: Gateway) -> None:
    answer = month.json("daemon", "--once")
    failed = [each for each in events(answer) if each["event"] == "partner_failed"]
    assert answer.code == 1
    assert answer.document == {"once": True, "exit_code": 1}
    assert len(failed) == 5
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


def test_errors_of_a_round_never_end_it(month: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds: list[int] = []

    def wait(stop: Signalled, seconds: float) -> None:
        rounds.append(int(seconds))
        if len(rounds) == 3:
            stop.request()

    def alarmed(context: object) -> None:
        raise Alarm("approval_void", batch="B", reason="content_changed")

    monkeypatch.setattr(Signalled, "wait", wait)
    monkeypatch.setattr(daemon, "send", alarmed)
    monkeypatch.setattr(daemon, "poll", alarmed)
    answer = month.words("daemon")
    assert answer.code == 0
    assert rounds == [30, 30, 30]
    assert [each["code"] for each in events(answer) if each["event"] == "step_failed"] == ["approval_void"] * 6


def test_no_round_begins_after_the_signal(month: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    monkeypatch.setattr(daemon, "_poll", lambda context, log: steps.append("poll") or 0)
    monkeypatch.setattr(daemon, "_send", lambda context, log: steps.append("send") or 0)
    monkeypatch.setattr(Signalled, "wait", lambda stop, seconds: stop.request())
    assert month.words("daemon").code == 0
    assert steps == ["send", "poll"]


def test_the_pause_is_the_configured_one(month: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(Signalled, "wait", lambda stop, seconds: (pauses.append(seconds), stop.request()))
    monkeypatch.setattr(daemon, "_poll", lambda context, log: 0)
    (month.home / "chitra.toml").open("a").write("[daemon]\npoll_seconds = 7\n")
    assert month.words("daemon").code == 0
    assert pauses == [7]


def test_a_bug_ends_it_with_a_traceback(month: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(context: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(daemon, "send", broken)
    with pytest.raises(ZeroDivisionError):
        month.words("daemon")


def test_a3_its_log_names_no_person(served: Gateway) -> None:
    answer = served.words("daemon", "--once")
    with (served.home / "batch.csv").open(encoding="utf-8-sig", newline="") as source:
        people = list(csv.DictReader(source))
    assert events(answer)
    assert not any(each[name] in answer.err for each in people for name in ("beneficiary_name", "account"))
