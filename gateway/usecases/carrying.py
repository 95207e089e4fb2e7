"""Carry-over: a row of a list that pays again what was rejected or returned, and names which payment that was (M10)."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.store import batches, succession
from gateway.store.store import Transaction
from gateway.store.tables import Batch
from gateway.usecases.context import Context
from gateway.usecases.ended import against
from gateway.usecases.rows import Line, RowProblem

_FIELD = "predecessor_ref"


class CarryOvers:
    """The rows of one import that name a predecessor; its payments are locked to the end of the transaction."""

    def __init__(self, context: Context, tx: Transaction, payer: str, programme: str) -> None:
        self._context, self._tx, self._payer, self._programme = context, tx, payer, programme
        self._rows: dict[int, int] = {}
        """Predecessor -> the row that names it."""

    def predecessor(self, line: Line) -> int | RowProblem | None:
        """Whose successor the row is: None of nobody's, a problem when that cannot be told."""
        if not line.predecessor_ref:
            return None
        found = succession.claim_last(self._tx, self._payer, self._programme, line.predecessor_ref)
        if found is None:
            return RowProblem(line.row, _FIELD, "predecessor_unknown", {"reference": line.predecessor_ref})
        if found in self._rows:
            return RowProblem(line.row, _FIELD, "duplicate_predecessor", {"other": self._rows[found]})
        self._rows[found] = line.row
        return found

    def problems(self) -> Iterator[RowProblem]:
        """Everything that speaks against paying these payments again, and rows that are not theirs."""
        for row in batches.foreign_successors(self._tx):
            yield RowProblem(row, _FIELD, "predecessor_differs", {})
        if self._rows:
            for number, code, params in against(self._context, self._tx, sorted(self._rows)):
                told = {"payment": succession.name_of(self._tx, number)} | params
                yield RowProblem(self._rows[number], _FIELD, code, told)

    def take_over(self) -> None:
        """The predecessors give their benefit to the rows, which are about to become payments."""
        succession.free_keys(self._tx, sorted(self._rows))

    def note(self, batch: Batch) -> None:
        if self._rows:
            succession.note_successors(self._tx, batch.id, "carry-over", f"import by {batch.maker}")
