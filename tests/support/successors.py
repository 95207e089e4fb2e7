"""Paying again: proposals and confirmations in one line, and the evidence that M10 demands."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from support.banks import Booking
from support.evidence import BANK, credit, debit, status
from support.gateways import Gateway, Row, person

from gateway.store import batches
from gateway.store.tables import Decision
from gateway.usecases import approve, decide, reissue
from gateway.usecases.acts import ACTS
from gateway.usecases.decide import Proposal

DAYS = ("2026-11-02", "2026-11-03", "2026-11-04", "2026-11-05")
"""From the execution date through three working days after it."""
OPENING = 10_000_000
CORRECTED = {"account": "1055500001", "bank": "vietinbank"}


def statements(gateway: Gateway, days: tuple[str, ...] = DAYS, bookings: Mapping[str, Booking] | None = None) -> None:
    """A tied statement for each day, each opening with what the one before closed with."""
    balance, booked_on = OPENING, bookings or {}
    for day in days:
        booked = [booked_on[day]] if day in booked_on else []
        document = BANK.statement(*booked, id_=f"S{day}", day=day, opening=balance)
        balance += sum(each.amount for each in booked)
        gateway.receive("camt.053", f"s{day}", document)


def rejected(gateway: Gateway, *, days: tuple[str, ...] = DAYS, **options: Any) -> None:
    """The first payment refused by the partner, its absence proven, and the time passed."""
    status(gateway, transfers=((gateway.end_to_end_id(), "RJCT", "AC04"),), **options)
    statements(gateway, days)
    gateway.clock.pass_(days=4)


def returned(gateway: Gateway, ref: str = "TC-0001") -> None:
    """A payment debited and given back, the next day."""
    gateway.receive("camt.053", f"d{ref}", BANK.statement(debit(gateway, ref), id_=f"SD{ref}"))
    back = credit(gateway, ref, day="2026-11-03")
    gateway.receive("camt.053", f"c{ref}", BANK.statement(back, id_=f"SC{ref}", day="2026-11-03"))


def proposed(gateway: Gateway, ref: str = "TC-0001", operator: str = "maker", **corrected: str) -> Decision:
    end_to_end_id = gateway.end_to_end_id(ref)
    with gateway.store.read() as tx:
        payment = batches.payment(tx, end_to_end_id)
    document = reissue.correction(gateway.context, payment, CORRECTED | corrected)
    proposal = Proposal(end_to_end_id, "new account", {}, reissue.LIST_NAME, document)
    return decide.propose(gateway.context, ACTS["payment reissue"], proposal, operator, person(operator))


def confirmed(gateway: Gateway, decision: Decision, operator: str = "checker") -> str:
    return decide.confirm(gateway.context, ACTS, decision.reference, operator, person(operator)).state


def reissued(gateway: Gateway, ref: str = "TC-0001", **corrected: str) -> str:
    """The new batch, still to be submitted."""
    assert confirmed(gateway, proposed(gateway, ref, **corrected)) == "executed"
    return str(gateway.value("SELECT max(id) FROM batch"))


def corrected(ref: str, **changes: str) -> Row:
    """A row of a corrected list."""
    return {"payment_ref": ref, "account": f"10555{ref[-4:]}0", "bank": "vietinbank"} | changes


def corrections(*rows: Row) -> io.BytesIO:
    lines = [reissue.CORRECTED, *([each.get(column, "") for column in reissue.CORRECTED] for each in rows)]
    return io.BytesIO("".join(",".join(line) + "\n" for line in lines).encode())


def proposed_run(gateway: Gateway, *rows: Row) -> Decision:
    batch = str(gateway.value("SELECT min(id) FROM batch"))
    proposal = Proposal(batch, "returned in November", {}, "list.csv", corrections(*rows))
    return decide.propose(gateway.context, ACTS["batch repay"], proposal, "maker", person("maker"))


def repaid(gateway: Gateway, *rows: Row) -> str:
    """The new batch of a corrected list, still to be submitted."""
    assert confirmed(gateway, proposed_run(gateway, *rows)) == "executed"
    return str(gateway.value("SELECT max(id) FROM batch"))


def approved(gateway: Gateway, batch: str) -> str:
    """Submitted and approved like any other."""
    approve.submit(gateway.context, batch, "maker", person("maker"))
    for name in ("checker", "checker2"):
        approve.approve(gateway.context, batch, name, person(name))
    return batch


def successor(gateway: Gateway, ref: str = "TC-0001.R1") -> Any:
    (row,) = gateway.rows("SELECT * FROM payment WHERE payment_ref = :r", r=ref)
    return row
