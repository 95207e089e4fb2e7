"""Entries to payments: our matching, a session that does it row by row, the bare insert, and the import as a whole.

``python -m bench.cases.matching CASE COUNT URL [STATEMENT]``: each works on a copy of the database under ``URL``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlmodel import Session, col, select

from bench import answers
from bench.cases import booked
from bench.cases.durable import Durable, Still
from bench.harness import measured
from gateway.clock import ZONE
from gateway.domain.states import InboundState, PaymentState
from gateway.store import bulk
from gateway.store.evidence import DETAIL_COLUMNS, ENTRY_COLUMNS
from gateway.store.tables import Allocation, Detail, Entry, FileIn, History, Payment
from gateway.usecases.match import match

_MORROW = datetime(2026, 12, 3, 8, 0, tzinfo=ZONE)
DISK = "/var/tmp"
"""A disk, not memory; gateway and statement on the same one."""
_NAME = "STM_20261202.xml"


def ours(gateway: Durable, count: int, _: str) -> None:
    """``usecases.match`` and its commit."""
    context = gateway.context
    with measured(), context.store.begin() as tx:
        match(context, tx, tx.session.get_one(FileIn, booked.FILE_ID))
    _require_matched(gateway, count)


def objects(gateway: Durable, count: int, _: str) -> None:
    """One select by end-to-end id, one allocation, one move with its history for each entry; one commit at the end."""
    with measured(), Session(gateway.store.engine) as session:
        query = select(Detail, Entry).join(Entry, col(Detail.entry_id) == col(Entry.id))
        for detail, entry in session.exec(query.where(Entry.disposition == "open").order_by(col(Entry.id))).all():
            payment = session.exec(select(Payment).where(Payment.end_to_end_id == detail.end_to_end_id)).one()
            _settle(session, detail, entry, payment)
        session.commit()
    _require_matched(gateway, count)


def _settle(session: Session, detail: Detail, entry: Entry, payment: Payment) -> None:
    assert (abs(detail.amount or 0), detail.currency) == (payment.amount, payment.currency)
    source, target = payment.state, PaymentState.RETURNED if detail.is_return else PaymentState.SETTLED
    session.add(
        Allocation(
            id=detail.id,
            detail_id=detail.id,
            entry_id=entry.id,
            payment_id=payment.id,
            kind="return" if detail.is_return else "debit",
            by="end_to_end",
            amount=payment.amount,
            currency=payment.currency,
            booked_on=entry.booking_date or "",
        )
    )
    payment.state = target.value
    if detail.is_return:
        payment.returned_amount, payment.reason, payment.holds_key = payment.amount, detail.return_reason, False
    else:
        payment.debited_at = entry.booking_date
    entry.disposition = "allocated"
    session.add(
        History(
            id=detail.id,
            kind="payment",
            subject=payment.end_to_end_id,
            at=_MORROW.isoformat(),
            source=source,
            target=target.value,
            evidence="camt.053",
        )
    )


def rows(gateway: Durable, count: int, _: str) -> None:
    """The entries and details through ``store.bulk``, made beforehand."""
    entries, details = list(booked.entry_rows(count)), list(booked.detail_rows(count))
    with gateway.store.begin() as tx:
        booked.open_statement(tx)
    with measured(), gateway.store.begin() as tx:
        bulk.insert(tx, "entry", ENTRY_COLUMNS, entries)
        bulk.insert(tx, "detail", DETAIL_COLUMNS, details)


def whole(gateway: Durable, count: int, statement: str) -> None:
    """``usecases.collect``: fetch, store the bytes, prove by the channel, read, insert, match, conclude, move away."""
    os.link(statement, gateway.place() / "out" / "statement" / _NAME)
    gateway.context  # noqa: B018 - makes the keys of the test, which is no work of ours
    with measured():
        (received,) = gateway.collect()
    assert received.state == InboundState.PROCESSED, received
    _require_matched(gateway, count)


def _require_matched(gateway: Durable, count: int) -> None:
    returned = count // answers.RETURN_EVERY
    found = {row.state: row.payments for row in gateway.rows(_STATES)}
    assert found == {"returned": returned, "settled": count - returned}, found
    assert gateway.value("SELECT count(*) FROM allocation") == count
    assert gateway.value("SELECT count(*) FROM history WHERE kind = 'payment'") == count
    assert gateway.exceptions() == []


_STATES = "SELECT state, count(*) AS payments FROM payment GROUP BY state"


def _gateway(folder: Path, url: str) -> Durable:
    """Its bank sends statements of any size, over a channel that is proof enough."""
    gateway = Durable(folder, url, clock=Still(_MORROW))
    profile = gateway.profiles[booked.PARTNER]
    inboxes = tuple(replace(inbox, proof="channel", size_bytes_max=1 << 40) for inbox in profile.inboxes)
    gateway.profiles[booked.PARTNER] = replace(profile, inboxes=inboxes)
    for inbox in inboxes:
        for path in (inbox.folder, inbox.archive):
            (gateway.place(booked.PARTNER) / path.strip("/")).mkdir(parents=True, exist_ok=True)
    return gateway


CASES: dict[str, Callable[[Durable, int, str], None]] = {
    "ours": ours,
    "objects": objects,
    "rows": rows,
    "whole": whole,
}


def main(name: str, count: int, source: str, statement: str = "") -> None:
    with TemporaryDirectory(prefix="chitra-bench-", dir=DISK) as scratch:
        folder = Path(scratch)
        with booked.copied(source, folder) as url, closing(_gateway(folder, url)) as gateway:
            CASES[name](gateway, count, statement)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])
