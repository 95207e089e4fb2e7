"""The proof of a payment from each database."""

from __future__ import annotations

from typing import cast

from support.evidence import BANK, debit
from support.gateways import Gateway, row
from support.successors import returned

from gateway import proving
from gateway.app import App


def test_a_returned_payment_is_proven_from_either_database(gateway: Gateway) -> None:
    gateway.approved(row(1), row(2), row(3))
    gateway.send()
    gateway.receive("camt.053", "other", BANK.statement(debit(gateway, "TC-0002"), id_="S2"))
    returned(gateway)
    bundle = proving.prove(cast(App, gateway), gateway.end_to_end_id())
    checked = proving.check(bundle)
    assert checked.payment["state"] == "returned"
    assert len(checked.found.files) == 3
