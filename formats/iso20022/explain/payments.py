"""What a pain.001 says: each block with its transfers, and whether its numbers and sums are those it declares."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import BinaryIO

from formats.iso20022.explain import orders
from formats.iso20022.explain.counting import Counting
from formats.iso20022.explain.model import BlockSummary, OrderRow, Orders, Rows, Tally
from formats.iso20022.explain.orders import Block, Group, Item, Order

_DECIMAL = re.compile(r"[0-9]{1,30}(\.[0-9]{1,30})?")


def summarise(source: BinaryIO, counting: Counting) -> Orders:
    """Never raises for content."""
    return _Summing(counting).run(counting.readable(orders.read(source)))


class _Summing:
    """The group and the block at hand, with what was counted in each."""

    def __init__(self, counting: Counting) -> None:
        self._counting = counting
        self._all = Orders(Rows(counting.limit), Rows(counting.limit))
        self._group: Group | None = None
        self._in_group = Tally()
        self._at: BlockSummary | None = None

    def run(self, items: Iterator[Item]) -> Orders:
        for item in items:
            if isinstance(item, Group):
                self._open_group(item)
            elif isinstance(item, Block):
                self._open(item)
            else:
                self._add(item)
        self._close_group()
        return self._all

    def _open_group(self, group: Group) -> None:
        self._close_group()
        self._group = group
        self._all.groups.add(group)
        self._counting.findings.problems(self._group_place(), group.problems)

    def _close_group(self) -> None:
        self._close()
        if self._group is not None:
            self._compare(self._group_place(), self._group, self._in_group)
        self._group, self._in_group = None, Tally()

    def _open(self, block: Block) -> None:
        self._close()
        self._at = BlockSummary(block, Rows(self._counting.limit))
        self._counting.findings.problems(self._place(block), block.problems)

    def _add(self, order: Order) -> None:
        assert self._at is not None
        if order.problems:
            path = f"{self._place(self._at.block)}/CdtTrfTxInf[{order.ordinal + 1}]"
            self._counting.findings.problems(path, order.problems, order.currency)
        self._at.tally.add(order.amount, order.currency)
        self._at.rows.add(_row(order))

    def _close(self) -> None:
        if (at := self._at) is None:
            return
        self._compare(self._place(at.block), at.block, at.tally)
        self._in_group.merge(at.tally)
        self._all.tally.merge(at.tally)
        self._all.blocks.add(at)
        self._at = None

    def _compare(self, path: str, declared: Group | Block, tally: Tally) -> None:
        """M6: number and sum as they are said, and as they are counted; a sum only when every amount could be read."""
        findings, said = self._counting.findings, declared.control_sum
        if declared.count is not None and declared.count != tally.count:
            findings.add(f"{path}/NbOfTxs", "count-differs", declared=declared.count, counted=tally.count)
        if said and not _DECIMAL.fullmatch(said):
            findings.add(f"{path}/CtrlSum", "sum-unreadable")
        elif said and tally.whole and Decimal(said) != Decimal(tally.sums.text()):
            findings.add(f"{path}/CtrlSum", "sum-differs", declared=said, counted=tally.sums.text())

    def _place(self, block: Block) -> str:
        return self._counting.outline.place("PmtInf", block.ordinal)

    def _group_place(self) -> str:
        return self._counting.outline.place("GrpHdr", max(self._all.groups.count - 1, 0))


def _row(order: Order) -> OrderRow:
    return OrderRow(
        ordinal=order.ordinal,
        end_to_end_id=order.end_to_end_id,
        amount=order.amount,
        currency=order.currency,
        creditor=order.creditor,
        creditor_account=order.creditor_account,
        creditor_agent=order.creditor_agent,
        purpose=order.purpose,
    )
