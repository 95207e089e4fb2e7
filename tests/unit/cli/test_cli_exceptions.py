"""``exception list``, ``show``, ``assign`` and ``resolve`` as people run them."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.inprocess import Gateway

from gateway.app import App
from gateway.store import evidence


@pytest.fixture
def queue(month: Gateway) -> Gateway:
    """Nothing is open but an alarm and an answer, which came first."""
    app = App(month.home, lambda key: b"")
    with app.store.begin() as tx:
        tx.run("DROP TRIGGER exception_fixed_delete")
        tx.run("DROP TRIGGER resolution_fixed_delete")
        tx.run("DELETE FROM resolution")
        tx.run("DELETE FROM exception")
        for kind in ("message_id_reused", "second_debit"):
            evidence.raise_exception(tx, kind, "momo", amount=500_000, currency="VND")
    app.store.close()
    return month


def _listed(gateway: Gateway, *options: str) -> list[str]:
    return [each["kind"] for each in gateway.json("exception", "list", *options).done()["exceptions"]]


def _number(gateway: Gateway, kind: str) -> str:
    (found,) = gateway.json("exception", "list", "--kind", kind, "--all").done()["exceptions"]
    return str(found["exception"])


def test_an_alarm_comes_before_what_is_older(queue: Gateway) -> None:
    assert _listed(queue) == ["second_debit", "message_id_reused"]
    alarm = queue.json("exception", "list").done()["exceptions"][0]
    assert (alarm["urgency"], alarm["people"], alarm["resolutions"]) == ("alarm", 2, ["cleared"])
    assert (alarm["owner"], alarm["overdue"]) == (None, False)


def test_somebody_is_put_in_charge(queue: Gateway) -> None:
    number = _number(queue, "second_debit")
    assert queue.json("exception", "assign", number, "checker").done()["owner"] == "checker"
    assert _listed(queue, "--owner", "checker") == ["second_debit"]
    assert "checker" in queue.words("exception", "list").out
    unknown = queue.json("exception", "assign", number, "nobody")
    assert (unknown.code, unknown.document["error"]["code"]) == (1, "operator_unknown")


def test_one_person_ends_an_answer(queue: Gateway) -> None:
    number = _number(queue, "message_id_reused")
    told = ("--as", "answered", "--reason", "sent again under a new id", "--operator", "maker")
    ended = queue.json("exception", "resolve", number, *told).done()
    assert (ended["state"], ended["resolution"]["resolution"]) == ("resolved", "answered")
    assert (ended["resolution"]["by"], ended["resolution"]["reason"]) == ("maker", "sent again under a new id")
    assert _listed(queue) == ["second_debit"]
    assert _listed(queue, "--all") == ["second_debit", "message_id_reused"]
    assert _listed(queue, "--state", "resolved") == ["message_id_reused"]
    assert "sent again under a new id" in queue.words("exception", "show", number).out


def test_two_people_end_an_alarm(queue: Gateway, tmp_path: Path) -> None:
    number, letter = _number(queue, "second_debit"), tmp_path / "letter.pdf"
    letter.write_bytes(b"%PDF")
    told = ("exception", "resolve", number, "--as", "cleared", "--reason", "paid back", "--operator", "checker")
    bare = queue.json(*told)
    assert (bare.code, bare.document["error"]["code"]) == (1, "evidence_missing")
    proposed = queue.json(*told, "--evidence", letter)
    assert (proposed.code, proposed.document["verb"]) == (3, "exception resolve")
    assert _listed(queue, "--kind", "second_debit") == ["second_debit"]
    decision = proposed.document["decision"]
    assert queue.json("decision", "confirm", decision, "--operator", "checker2").done()["state"] == "executed"
    shown = queue.json("exception", "show", number).done()
    assert (shown["state"], shown["resolution"]["decision"]) == ("resolved", decision)
    assert shown["resolution"]["evidence"]["name"] == "letter.pdf"
    assert decision in queue.words("exception", "show", number).out


@pytest.mark.parametrize(
    ("options", "code"),
    [(("--as", "mended"), "resolution_unfit"), (("--as", "cleared", "--payment", "E1"), "payment_of_return")],
)
def test_what_does_not_fit_is_one_line(queue: Gateway, options: tuple[str, ...], code: str) -> None:
    number = _number(queue, "second_debit")
    answer = queue.json("exception", "resolve", number, *options, "--reason", "x", "--operator", "checker")
    assert (answer.code, answer.document["error"]["code"]) == (1, code)


def test_that_something_healed_is_not_for_people_to_say(queue: Gateway) -> None:
    told = ("--as", "healed", "--reason", "x", "--operator", "checker")
    assert queue.json("exception", "resolve", _number(queue, "second_debit"), *told).code == 2


def test_an_unexplained_entry_is_shown_with_what_it_may_be(queue: Gateway) -> None:
    app = App(queue.home, lambda key: b"")
    with app.store.begin() as tx:
        found = tx.rows(
            "SELECT e.id, d.id AS detail, s.partner, s.file_in_id, d.amount FROM allocation a"
            " JOIN detail d ON d.id = a.detail_id JOIN entry e ON e.id = d.entry_id"
            " JOIN statement s ON s.id = e.statement_id JOIN payment p ON p.id = a.payment_id"
            " WHERE a.kind = 'debit' AND p.state = 'settled' ORDER BY a.id LIMIT 1"
        )[0]
        tx.run("UPDATE payment SET state = 'sent' WHERE id IN (SELECT payment_id FROM allocation WHERE entry_id = :e)",
               e=found.id)  # fmt: skip
        links = {"entry_id": found.id, "detail_id": found.detail, "amount": found.amount, "currency": "VND"}
        evidence.raise_exception(tx, "unknown_debit", found.partner, **links)
    app.store.close()
    number = _number(queue, "unknown_debit")
    (shown,) = queue.json("exception", "show", number).done()["suggestions"]
    assert set(shown["why"]) <= {"same_account", "same_name", "only_one"}
    assert "*" in shown["account"]
    assert shown["payment"] in queue.words("exception", "show", number).out
    assert queue.json("exception", "show", _number(queue, "second_debit")).done()["suggestions"] == []
