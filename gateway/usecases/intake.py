"""Import: a batch file becomes a batch with all its payments, or an invalid batch with every problem of every row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from formats import tabular
from gateway.domain import identifiers
from gateway.domain.errors import Refusal
from gateway.domain.states import BatchState
from gateway.store import batches, blobs, moves
from gateway.store.store import Transaction, naming, take
from gateway.store.tables import Batch, Payer
from gateway.usecases import people
from gateway.usecases.carrying import CarryOvers
from gateway.usecases.context import Context
from gateway.usecases.payment_rows import CURRENCY, Belonging, PaymentRows
from gateway.usecases.rows import COLUMNS, KINDS, RowProblem, RowReader


@dataclass(frozen=True, slots=True)
class Request:
    source: BinaryIO
    name: str
    programme: str
    period: str
    operator: str
    payer: str


@dataclass(frozen=True, slots=True)
class Imported:
    """The outcome; ``already_seen`` says that nothing changed since these rows are known."""

    batch: Batch
    problems: list[RowProblem]
    notes: list[RowProblem]
    """What was left aside and loses nothing that is paid, such as a column nobody knows."""
    already_seen: bool = False


def import_batch(context: Context, request: Request, extra_headings: dict[str, tuple[str, ...]]) -> Imported:
    """One transaction: the source bytes, the batch and its payments or its problems; nothing half."""
    if not identifiers.is_month(request.period):
        raise Refusal("period_invalid", period=request.period)
    request = replace(request, programme=_programme(request.programme))
    with context.store.exclusive("import"), context.store.begin() as tx:
        people.require(context, tx, request.operator, {"maker"})
        staged = _Staging(context, tx, request, _columns(extra_headings))
        staged.fill()
        known = None if staged.problems else batches.same_rows(tx, request.payer, request.programme, staged.digest())
        if known is not None:
            return Imported(known, [], staged.notes, already_seen=True)
        staged.compare()
        return staged.conclude()


def _programme(text: str) -> str:
    """One spelling of a programme: it is half of what keeps a payment from being made twice."""
    spelled = identifiers.programme(text)
    if spelled is None:
        raise Refusal("programme_invalid")
    return spelled


def _columns(extra: dict[str, tuple[str, ...]]) -> tuple[tabular.Column, ...]:
    """The columns with the operator's own headings added."""
    return tuple(replace(column, headings=column.headings + tuple(extra.get(column.name, ()))) for column in COLUMNS)


class _Staging:
    """The rows of one import on their way through the scratch table."""

    def __init__(
        self, context: Context, tx: Transaction, request: Request, columns: tuple[tabular.Column, ...]
    ) -> None:
        self._context, self._tx, self._request, self._columns = context, tx, request, columns
        self._reader = RowReader(context, request.period)
        self._batch_id = naming(tx).batch_id(take(tx, "batch").start)
        self._carried = CarryOvers(context, tx, request.payer, request.programme)
        self._payments = PaymentRows(context, tx, Belonging(self._batch_id, request.payer, request.programme))
        self._rows = 0
        self._amount = 0
        self.problems: list[RowProblem] = []
        self.notes: list[RowProblem] = []
        self._flawed: list[tuple[Any, ...]] = []
        self._examples: dict[str, str] = {}
        """Field -> the first text converted from an old font, masked."""

    def fill(self) -> None:
        """Check every row and stage the good ones."""
        batches.open_incoming(self._tx)
        batches.add_incoming(self._tx, self._staged())
        if not self._rows and not self.problems:
            self.problems.append(RowProblem(1, "", "empty_file", {}))

    def compare(self) -> None:
        """Look for rows that clash with each other or with what is known."""
        batches.add_flawed(self._tx, self._flawed)
        if elsewhere := batches.same_rows_elsewhere(self._tx, self._request.payer, self.digest()):
            self.problems.append(RowProblem(0, "", "same_rows_in_other_programme", elsewhere))
        for row, field, code, other in batches.clashes(self._tx):
            self.problems.append(RowProblem(row, field, code, {"other": other}))
        self.problems += self._carried.problems()
        self.problems.sort(key=lambda problem: problem.row)

    def digest(self) -> bytes:
        return batches.rows_digest(self._tx)

    def _staged(self) -> Iterator[tuple[Any, ...]]:
        for item in tabular.read(self._request.source, self._columns, self._request.name):
            if isinstance(item, tabular.Problem):
                self._note(item)
                continue
            self._rows += 1
            for name in item.originals:
                self._examples.setdefault(name, identifiers.masked_name(item.values[name]))
            checked = self._reader.check(item)
            predecessor = None if isinstance(checked, list) else self._carried.predecessor(checked)
            if isinstance(checked, list) or isinstance(predecessor, RowProblem):
                self.problems += checked if isinstance(checked, list) else []
                self.problems += [predecessor] if isinstance(predecessor, RowProblem) else []
                self._flawed.append(self._told_apart(item))
            else:
                self._amount += checked.amount
                yield self._payments.row(checked, predecessor)

    def _note(self, found: tabular.Problem) -> None:
        """A flaw of the file itself; one that loses nothing (an unknown column) does not make the batch invalid."""
        params = dict(found.params)
        if found.field in self._examples and not found.blocking:
            params["example"] = self._examples[found.field]
        flaw = RowProblem(found.row, found.field, found.code, params)
        (self.problems if found.blocking else self.notes).append(flaw)

    def _told_apart(self, row: tabular.Row) -> tuple[Any, ...]:
        """A row with problems, as far as it can be a duplicate of another."""
        values = self._reader.filled(row.values)
        known = identifiers.is_beneficiary_id(values["beneficiary_id"])
        person = self._tx.vault.blind("person", values["beneficiary_id"]) if known else None
        reference = values["payment_ref"] if identifiers.is_payment_ref(values["payment_ref"]) else ""
        month = values["benefit_month"] if identifiers.is_month(values["benefit_month"]) else ""
        return row.number, reference, person, month, values["kind"] if values["kind"] in KINDS else ""

    def conclude(self) -> Imported:
        """Write the batch with its payments, or with its problems."""
        tx, valid = self._tx, not self.problems
        batch = self._batch(BatchState.READY if valid else BatchState.INVALID)
        tx.session.add(batch)
        tx.session.flush()
        if valid:
            self._carried.take_over()
            batches.accept_incoming(tx)
            batch.content_sha256 = batches.content_digest(tx, batch)
            self._carried.note(batch)
        else:
            batches.add_problems(tx, batch.id, [(p.row, p.field, p.code, p.params) for p in self.problems])
        moves.noted_first(tx, "batch", batch.id, batch.state, f"import by {batch.maker}")
        told: dict[str, str | int] = {"state": batch.state, "rows": self._rows, "approvals": batch.approvals_required}
        tx.record(batch.maker, "batch import", batch.id, batch.rows_sha256.hex(), **told)
        return Imported(batch, self.problems, self.notes)

    def _batch(self, state: BatchState) -> Batch:
        tx, request = self._tx, self._request
        enrol_payer(tx, self._context, request.payer)
        return Batch(
            id=self._batch_id,
            payer=request.payer,
            programme=request.programme,
            period=request.period,
            maker=request.operator,
            state=state.value,
            rows_sha256=self.digest(),
            source_name=request.name,
            source_sha256=blobs.put(tx, request.source),
            payments=self._rows,
            amount=self._amount,
            currency=CURRENCY,
            approvals_required=self._context.approvals_required,
            predecessor=batches.predecessor(tx, request.payer, request.programme, request.period),
            created_at=tx.now(),
        )


def enrol_payer(tx: Transaction, context: Context, code: str) -> None:
    if tx.session.get(Payer, code) is None:
        payer = context.payers[code]
        tx.session.add(Payer(code=code, name=payer.name, tax_id=payer.tax_id))
        tx.session.flush()
