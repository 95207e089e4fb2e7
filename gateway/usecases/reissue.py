"""Re-issue: what was rejected or returned is paid again, once, to a corrected account, on the evidence of M10.

Two acts of two people: one payment, or all of a batch that may be paid again by a corrected list. Either makes one new
batch whose payments have ids of their own, name their predecessors, and are approved like any others. The evidence is
examined when it is proposed, and again in the transaction that makes the successors.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from formats import tabular
from gateway.domain.errors import Refusal
from gateway.domain.identifiers import is_payment_ref
from gateway.domain.states import BatchState
from gateway.store import batches, blobs, moves, succession
from gateway.store.store import Transaction, naming, take
from gateway.store.tables import Batch, Decision, Payment
from gateway.usecases.context import Context
from gateway.usecases.decide import Act, Params
from gateway.usecases.ended import against
from gateway.usecases.payment_rows import Belonging, PaymentRows
from gateway.usecases.rows import COLUMNS, Line, RowProblem, RowReader

CORRECTED = ("payment_ref", "account", "bank", "payee_name", "payee_basis")
"""What a corrected list says of a payment; everything else stays as it was approved."""
_LIST = tuple(column for column in COLUMNS if column.name in CORRECTED)
LIST_NAME = "corrections.csv"
_GENERATION = re.compile(r"(.+)\.R([0-9]+)")


@dataclass(slots=True)
class Plan:
    """What a corrected list comes to: payments that may be paid again, and every reason against the others."""

    batch: Batch
    """Whose payments they are."""
    lines: dict[int, Line] = field(default_factory=dict)
    """Predecessor's id -> the line of its successor."""
    problems: list[RowProblem] = field(default_factory=list)
    ground: list[str] = field(default_factory=list)
    """What the decision rests on, a line for each payment."""

    @property
    def amount(self) -> int:
        return sum(line.amount for line in self.lines.values())


def correction(context: Context, payment: Payment, corrected: Mapping[str, str]) -> io.BytesIO:
    """A list of one payment, to be signed by both people and kept sealed.

    Nobody can guess an account from its digest: it holds something that was never used elsewhere.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, (*CORRECTED, "salt"), lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerow(dict(corrected) | {"payment_ref": payment.payment_ref, "salt": context.ids.uetr()})
    return io.BytesIO(text.getvalue().encode())


def preview(context: Context, batch_id: str, source: BinaryIO, name: str) -> Plan:
    """The plan as it would be now; nothing is written."""
    with context.store.begin() as tx:
        plan, _payments = _plan(context, tx, batches.find(tx, batch_id), source, name)
        return plan


class _PayingAgain(Act):
    needs_evidence = True
    own_withdrawal = False
    proposers = frozenset({"maker"})
    reads_document = True

    def examine(self, context: Context, tx: Transaction, subject: str, params: Params) -> str:
        with closing(context.spool.create()) as spool:
            blobs.copy(tx, params["document"], spool)
            plan, _payments = _plan(context, tx, self._batch(tx, subject), spool, params["name"])
        self._require(plan, subject)
        return "\n".join(sorted(plan.ground))

    def execute(self, context: Context, tx: Transaction, decision: Decision) -> None:
        params: dict[str, str] = json.loads(decision.params)
        with closing(context.spool.create()) as spool:
            blobs.copy(tx, params["document"], spool)
            plan, payments = _plan(context, tx, self._batch(tx, decision.subject), spool, params["name"])
        self._require(plan, decision.subject)
        _make(tx, plan, payments, decision)

    def _batch(self, tx: Transaction, subject: str) -> Batch:
        raise NotImplementedError

    def _require(self, plan: Plan, subject: str) -> None:
        raise NotImplementedError


class Reissue(_PayingAgain):
    """One payment."""

    verb = "payment reissue"

    def _batch(self, tx: Transaction, subject: str) -> Batch:
        return batches.find(tx, batches.payment(tx, subject).batch_id)

    def _require(self, plan: Plan, subject: str) -> None:
        for problem in plan.problems:
            raise Refusal(problem.code, **({"payment": subject} | dict(problem.params)))


class Repay(_PayingAgain):
    """All payments of a list that may be paid again; what may not is left out."""

    verb = "batch repay"

    def _batch(self, tx: Transaction, subject: str) -> Batch:
        return batches.find(tx, subject)

    def _require(self, plan: Plan, subject: str) -> None:
        if not plan.lines:
            raise Refusal("nothing_to_repay", batch=subject, problems=len(plan.problems))


# --- what may be paid again ------------------------------------------------------------------------------------


def _plan(
    context: Context, tx: Transaction, batch: Batch, source: BinaryIO, name: str
) -> tuple[Plan, list[tuple[Any, ...]]]:
    """The plan, and its payments as rows of a batch that does not exist yet."""
    plan = Plan(batch)
    rows = _read(plan, source, name)
    known = succession.claim(tx, batch.id, sorted(rows))
    for reference in sorted(rows.keys() - known.keys()):
        plan.problems.append(_flaw(rows[reference], "payment_ref", "payment_not_in_batch", batch=batch.id))
    bad = _refused(context, tx, plan, rows, known)
    reader = RowReader(context, batch.period)
    for reference, payment in known.items():
        if payment.id not in bad:
            _correct(tx, plan, reader, rows[reference], payment)
    made = _staged(context, tx, plan)
    plan.problems.sort(key=lambda problem: problem.row)
    plan.ground = [_ground(payment, plan.lines[payment.id]) for payment in known.values() if payment.id in plan.lines]
    return plan, made


def _ground(payment: Payment, line: Line) -> str:
    return f"{payment.end_to_end_id} {payment.state} {line.payment_ref} {line.partner}"


def _read(plan: Plan, source: BinaryIO, name: str) -> dict[str, tabular.Row]:
    rows: dict[str, tabular.Row] = {}
    source.seek(0)
    for item in tabular.read(source, _LIST, name):
        if isinstance(item, tabular.Problem):
            if item.blocking:
                plan.problems.append(RowProblem(item.row, item.field, item.code, item.params))
            continue
        reference = item.values["payment_ref"]
        if reference in rows:
            other = rows[reference].number
            plan.problems.append(_flaw(item, "payment_ref", "duplicate_payment_ref", other=other))
        else:
            rows[reference] = item
    return rows


def _flaw(row: tabular.Row, field_: str, code: str, **params: str | int) -> RowProblem:
    return RowProblem(row.number, field_, code, params)


def _refused(
    context: Context, tx: Transaction, plan: Plan, rows: Mapping[str, tabular.Row], known: Mapping[str, Payment]
) -> set[int]:
    """Payments that must not be paid again, each with all its reasons among the problems (M10)."""
    by_id = {payment.id: payment for payment in known.values()}
    bad = set()
    for number, code, params in against(context, tx, sorted(by_id)):
        payment = by_id[number]
        told = {"payment": payment.end_to_end_id} | params
        plan.problems.append(RowProblem(rows[payment.payment_ref].number, "payment_ref", code, told))
        bad.add(number)
    return bad


def _correct(tx: Transaction, plan: Plan, reader: RowReader, row: tabular.Row, payment: Payment) -> None:
    """The predecessor's line with what the list corrects, checked like any row."""
    personal = json.loads(tx.vault.open(bytes(payment.personal), f"payment:{payment.id}"))
    for name in ("originals", "predecessor_ref"):
        personal.pop(name, None)
    values = {
        **personal,
        "payment_ref": _next_reference(payment),
        "commune_code": payment.commune_code,
        "benefit_month": payment.benefit_month,
        "kind": payment.kind,
        "amount": str(payment.amount),
        "entitled_amount": "" if payment.entitled_amount is None else str(payment.entitled_amount),
        **{name: row.values[name] for name in ("account", "bank")},
        **{name: row.values[name] for name in ("payee_name", "payee_basis") if row.values[name]},
    }
    checked = reader.check(tabular.Row(row.number, values, row.damaged))
    if isinstance(checked, list):
        plan.problems += checked
    else:
        plan.lines[payment.id] = checked


def _next_reference(payment: Payment) -> str:
    """The reference with the number of the re-issue behind it; by the old id where it would be too long."""
    again = _GENERATION.fullmatch(payment.payment_ref) if payment.predecessor_id else None
    root, number = (again[1], int(again[2]) + 1) if again else (payment.payment_ref, 1)
    reference = f"{root}.R{number}"
    return reference if is_payment_ref(reference) else f"R{payment.end_to_end_id}"


def _staged(context: Context, tx: Transaction, plan: Plan) -> list[tuple[Any, ...]]:
    """Rows for the good lines, without those that clash with what is known (their benefit was paid otherwise)."""
    batch_id = naming(tx).batch_id(take(tx, "batch").start)
    maker = PaymentRows(context, tx, Belonging(batch_id, plan.batch.payer, plan.batch.programme))
    made = {line.row: maker.row(line, predecessor) for predecessor, line in plan.lines.items()}
    batches.open_incoming(tx)
    batches.add_incoming(tx, made.values())
    for row, field_, code, other in batches.clashes(tx):
        plan.problems.append(RowProblem(row, field_, code, {"other": other}))
        made.pop(row, None)
    plan.lines = {predecessor: line for predecessor, line in plan.lines.items() if line.row in made}
    return list(made.values())


# --- the new batch ---------------------------------------------------------------------------------------------


def _make(tx: Transaction, plan: Plan, payments: Sequence[tuple[Any, ...]], decision: Decision) -> None:
    """The batch of the successors, to be submitted and approved; their predecessors give their benefit to them."""
    succession.free_keys(tx, sorted(plan.lines))
    batches.open_incoming(tx)
    batches.add_incoming(tx, payments)
    batch = _batch(tx, plan, str(dict(zip(batches.PAYMENT_COLUMNS, payments[0], strict=True))["batch_id"]), decision)
    tx.session.add(batch)
    tx.session.flush()
    batches.accept_incoming(tx)
    batch.content_sha256 = batches.content_digest(tx, batch)
    moves.noted_first(tx, "batch", batch.id, batch.state, f"decision {decision.reference}")
    succession.note_successors(tx, batch.id, "re-issue", f"decision {decision.reference}")
    tx.record(
        batch.maker,
        decision.verb,
        batch.id,
        batch.rows_sha256.hex(),
        decision=decision.reference,
        payments=batch.payments,
        amount=batch.amount,
        approvals=batch.approvals_required,
    )


def _batch(tx: Transaction, plan: Plan, batch_id: str, decision: Decision) -> Batch:
    source = plan.batch
    return Batch(
        id=batch_id,
        payer=source.payer,
        programme=source.programme,
        period=source.period,
        maker=decision.proposed_by,
        state=BatchState.READY.value,
        rows_sha256=batches.rows_digest(tx),
        source_name=decision.evidence_name or LIST_NAME,
        source_sha256=decision.evidence_sha256 or "",
        payments=len(plan.lines),
        amount=plan.amount,
        currency=source.currency,
        approvals_required=source.approvals_required,
        predecessor=source.id,
        created_at=tx.now(),
    )
