"""``sandbox``: partners at work, their clock, their books."""

from __future__ import annotations

import signal
import socket
from contextlib import redirect_stdout
from datetime import datetime, timedelta

import pytest
from support.inprocess import Gateway, StopsAt

from gateway.cli.main import run
from gateway.signals import Signalled


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return str(listener.getsockname()[1])


def test_the_clock_moves_to_the_next_morning(month: Gateway) -> None:
    before = datetime.fromisoformat(month.json("sandbox", "clock").done()["now"])
    after = datetime.fromisoformat(month.json("sandbox", "clock", "--next-day").done()["now"])
    assert after.date() == before.date() + timedelta(days=1)
    assert after.utcoffset() == timedelta(hours=7)


def test_m1_the_partners_books_hold_every_payment_once(month: Gateway) -> None:
    books = month.json("sandbox", "ledger").done()["payments"]
    ours = {each["end_to_end_id"]: each for each in month.json("payment", "list").done()["payments"]}
    assert books.keys() == ours.keys()
    for end_to_end_id, booked in books.items():
        state, amount = ours[end_to_end_id]["state"], ours[end_to_end_id]["amount"]
        debited = state in ("settled", "returned")
        assert booked["debited"] == debited
        assert booked["debited_amount"] == (amount if debited else 0)
        assert booked["returned_amount"] == (amount if state == "returned" else 0)
        assert booked["rejected"] == (state == "rejected")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_d5_run_says_when_it_is_ready_and_ends_with_a_signal(month: Gateway, number: signal.Signals) -> None:
    out = StopsAt("Ready", number)
    with redirect_stdout(out):
        code = run(["--lang", "en", "sandbox", "run", "--home", str(month.home), "--port", free_port()])
    assert code == 0
    assert len(out.getvalue().splitlines()) == 1


def test_run_without_server_plays_the_partners_only(month: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Signalled, "wait", lambda stop, seconds: stop.request())
    month.json("sandbox", "clock", "--next-day").done()
    folder = month.home / "sandbox" / "momo" / "home" / "out" / "statement"
    before = {path.name for path in folder.iterdir()}
    assert month.json("sandbox", "run", "--no-server").done()["port"] is None
    assert len({path.name for path in folder.iterdir()} - before) == 1


def test_run_on_a_port_in_use_is_one_line(served: Gateway) -> None:
    answer = served.json("sandbox", "run")
    assert (answer.code, answer.document["error"]["code"]) == (1, "port_unavailable")


def test_a_port_without_a_server_is_wrong_usage(month: Gateway) -> None:
    assert month.json("sandbox", "run", "--no-server", "--port", "2222").code == 2


@pytest.mark.parametrize("command", [("run",), ("clock", "--next-day"), ("ledger",)])
def test_production_has_no_rehearsal(month: Gateway, command: tuple[str, ...]) -> None:
    month.configure('environment = "sandbox"', 'environment = "production"')
    answer = month.json("sandbox", *command)
    assert (answer.code, answer.document["error"]["code"]) == (1, "not_a_sandbox")


def test_the_signal_handlers_of_before_come_back(month: Gateway) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with redirect_stdout(StopsAt("Ready")):
        run(["--lang", "en", "--home", str(month.home), "sandbox", "run", "--no-server"])
    assert signal.getsignal(signal.SIGTERM) is before
