"""``funding`` as people run it, and the configuration of the gate."""

from __future__ import annotations

import pytest
from support.inprocess import Gateway

from gateway.app import App


def _account(month: Gateway) -> str:
    app = App(month.home, lambda key: b"")
    return next(iter(app.config.payers.values())).accounts["vietinbank"]


def _proposal(month: Gateway, **changes: str) -> tuple[str, ...]:
    told = {"--account": _account(month), "--amount": "5000000", "--reference": "FT1", "--date": "2099-01-01"} | changes
    return ("funding", "confirm", "vietinbank", *(part for pair in told.items() for part in pair),
            "--operator", "checker", "--reason", "treasury transfer")  # fmt: skip


def test_money_that_has_not_come_is_not_confirmed(month: Gateway) -> None:
    answer = month.json(*_proposal(month))
    assert (answer.code, answer.document["error"]["code"]) == (1, "funding_not_yet")


def test_two_people_confirm_money_and_it_is_listed(month: Gateway) -> None:
    today = App(month.home, lambda key: b"").clock.now().date().isoformat()
    proposed = month.json(*_proposal(month, **{"--date": today}))
    assert (proposed.code, proposed.document["verb"]) == (3, "funding confirm")
    decision = proposed.document["decision"]
    assert month.json("decision", "confirm", decision, "--operator", "checker2").done()["state"] == "executed"
    (listed,) = month.json("funding", "list", "--partner", "vietinbank").done()["funding"]
    assert (listed["amount"], listed["reference"], listed["decision"]) == (5_000_000, "FT1", decision)
    assert month.json("funding", "show", str(listed["funding"])).done() == listed
    assert "FT1" in month.words("funding", "list").out


def test_unknown_funding_is_one_line(month: Gateway) -> None:
    answer = month.json("funding", "show", "99")
    assert (answer.code, answer.document["error"]["code"]) == (1, "funding_unknown")


@pytest.mark.parametrize(("wanted", "gated"), [("auto", False), ("on", True), ("off", False)])
def test_the_gate_is_closed_by_configuration(month: Gateway, wanted: str, gated: bool) -> None:
    month.configure("[gateway]", f'[gateway]\nfunds_gate = "{wanted}"')
    assert App(month.home, lambda key: b"").context.funds_gate is gated
