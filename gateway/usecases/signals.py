"""Signals of fraud in a batch: looked for before it is approved, acknowledged by each who signs it.

What somebody acknowledges is signed over a digest of the lines that were shown; when another line appears until the
approval, it is asked again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from gateway.domain import bundles, identifiers, months
from gateway.domain.errors import ApprovalVoid, NotAllowed, Refusal
from gateway.domain.signals import OWN_MONTHS, Rules, Signal, SignalKind
from gateway.domain.states import BatchState, require_legal
from gateway.ports import PersonKey, Vault
from gateway.store import batches
from gateway.store import signals as rows
from gateway.store.store import Transaction
from gateway.store.tables import Acknowledgement, Batch
from gateway.usecases import people
from gateway.usecases.context import Context

VERB = "batch acknowledge"
SIGNERS = frozenset({"checker", "releaser"})


@dataclass(frozen=True, slots=True)
class Found:
    """All lines of a batch with one signal."""

    lines: int
    digest: bytes


def look(context: Context, tx: Transaction, batch: Batch) -> Iterator[Signal]:
    """Every signal of a batch, kind after kind, each in the order of the list."""
    rules = context.signals
    if rules is None:
        return
    given = _given(batch, rules)
    for kind in SignalKind:
        if kind == SignalKind.PERSON_OLD:
            yield from _old(tx.vault, rows.everybody(tx, batch.id), batch.period, rules.age_max)
        else:
            for row in rows.lines(tx, kind, given):
                yield Signal(kind=kind, **row._mapping)


def _given(batch: Batch, rules: Rules) -> dict[str, Any]:
    imported = datetime.fromisoformat(batch.created_at)
    return {
        "batch": batch.id,
        "payer": batch.payer,
        "programme": batch.programme,
        "period": batch.period,
        "people": rules.people_per_account_max,
        "changed_since": (imported - timedelta(days=rules.account_change_days)).isoformat(timespec="microseconds"),
        "own_since": months.before(batch.period, OWN_MONTHS),
        "own_percent": rules.own_percent_max,
        "list_percent": rules.list_percent_max,
    }


def _old(vault: Vault, found: Iterable[Any], period: str, age_max: int) -> Iterator[Signal]:
    """By the birth, else by the year that the id states; only the envelope knows them."""
    first = date.fromisoformat(f"{period}-01")
    for row in found:
        personal = json.loads(vault.open(bytes(row.personal), f"payment:{row.payment_id}"))
        age = _age(personal, first)
        if age > age_max:
            yield Signal(kind=SignalKind.PERSON_OLD, figure=age, against=age_max, **row._mapping)


def _age(personal: Mapping[str, str], day: date) -> int:
    """In whole years; without a day of birth as if born on the last day of the year."""
    born = identifiers.iso_date(personal["date_of_birth"])
    born = born or date(identifiers.born_by_id(personal["beneficiary_id"]), 12, 31)
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def summed(found: Iterable[Signal]) -> dict[SignalKind, Found]:
    """How many lines have each signal, with the digest over them."""
    counts: dict[SignalKind, int] = {}
    digests: dict[SignalKind, Any] = {}
    for signal in found:
        counts[signal.kind] = counts.get(signal.kind, 0) + 1
        digests.setdefault(signal.kind, sha256()).update(signal.signed)
    return {kind: Found(count, digests[kind].digest()) for kind, count in counts.items()}


def require_acknowledged(context: Context, tx: Transaction, batch: Batch, operator: str) -> None:
    """Whoever signs has acknowledged every signal as it is now; raises ``Refusal``."""
    mine = {
        (each.signal, bytes(each.signals_sha256)) for each in rows.acknowledged(tx, batch) if each.operator == operator
    }
    found = summed(look(context, tx, batch))
    if lacking := [str(kind) for kind, each in found.items() if (kind, each.digest) not in mine]:
        raise Refusal("signals_unacknowledged", batch=batch.id, operator=operator, signals=", ".join(lacking))


def acknowledge(
    context: Context, batch_id: str, kinds: Sequence[SignalKind], reason: str, operator: str, key: PersonKey
) -> dict[SignalKind, Found]:
    """One who signs the batch says by name that it is to be paid although it has these signals; says what they were."""
    if not reason.strip():
        raise Refusal("reason_missing")
    with context.store.begin() as tx:
        batch = batches.claim(tx, batch_id)
        people.acting(context, tx, operator, key, SIGNERS)
        if operator == batch.maker:
            raise NotAllowed("maker_cannot_acknowledge", operator=operator, batch=batch.id)
        require_legal("batch", batch.state, BatchState.APPROVED, batch.id)
        if batches.content_digest(tx, batch) != batch.content_sha256:
            raise ApprovalVoid("approval_void", batch=batch.id, reason="content_changed")
        found = summed(look(context, tx, batch))
        for kind in dict.fromkeys(kinds):
            if kind not in found:
                raise Refusal("signal_absent", batch=batch.id, signal=kind)
            _add(context, tx, batch, kind, found[kind], reason, operator, key)
        return {kind: found[kind] for kind in kinds}


def _add(
    context: Context,
    tx: Transaction,
    batch: Batch,
    kind: SignalKind,
    found: Found,
    reason: str,
    operator: str,
    key: PersonKey,
) -> None:
    """Once: the same again by the same person changes nothing."""
    made = Acknowledgement(
        batch_id=batch.id,
        operator=operator,
        signal=kind,
        signals_sha256=found.digest,
        maker=batch.maker,
        lines=found.lines,
        reason=reason,
        key_id=key.key_id,
        signature=b"",
        made_at=tx.now(),
    )
    if tx.session.get(Acknowledgement, (batch.id, operator, kind, found.digest)) is None:
        made.signature = key.sign(statement_of(context, batch, made))
        rows.add(tx, made)
        tx.record(operator, VERB, batch.id, found.digest.hex(), **told(made))


def told(made: Acknowledgement) -> dict[str, str | int]:
    """What the audit record says of it."""
    return {
        "key": made.key_id,
        "lines": made.lines,
        "reason": made.reason,
        "signal": made.signal,
        "signature": bytes(made.signature).hex(),
    }


def statement_of(context: Context, batch: Batch, made: Acknowledgement) -> bytes:
    """What somebody signs."""
    fields = {
        "act": "acknowledge",
        "batch": batch.id,
        "content_sha256": (batch.content_sha256 or b"").hex(),
        "environment": context.environment,
        "lines": made.lines,
        "operator": made.operator,
        "reason": made.reason,
        "signal": made.signal,
        "signals_sha256": bytes(made.signals_sha256).hex(),
    }
    return bundles.encode(fields)
