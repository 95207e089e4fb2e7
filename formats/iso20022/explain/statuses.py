"""What a pain.002 says: the statuses at its three levels, and how often each stands there with which reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO

from formats.iso20022 import pain002
from formats.iso20022.explain.counting import Counting
from formats.iso20022.explain.model import Rows, Statuses, StatusKind, StatusRow, Tally
from formats.iso20022.pain002 import BlockStatus, GroupStatus, Report, TransferStatus

_KINDS_MAX = 1000
"""Statuses with still other reasons are counted without them."""


def summarise(source: BinaryIO, counting: Counting) -> Statuses:
    """Never raises for content."""
    limit = counting.limit
    summary = Statuses(Rows(limit), Rows(limit), Rows(limit))
    for item in counting.readable(pain002.read(source)):
        _ADD[type(item)](summary, counting, item)
    return summary


def _add_report(summary: Statuses, counting: Counting, report: Report) -> None:
    counting.findings.problems(counting.outline.place("GrpHdr", summary.reports.count), report.problems)
    summary.reports.add(report)


def _add_group(summary: Statuses, counting: Counting, group: GroupStatus) -> None:
    counting.findings.problems(counting.outline.place("OrgnlGrpInfAndSts", summary.groups.count), group.problems)
    summary.groups.add(group)
    _count(summary, StatusRow("group", group.original_message_id, group.status, _codes(group)))


def _add_block(summary: Statuses, _counting: Counting, block: BlockStatus) -> None:
    _count(summary, StatusRow("block", block.original_payment_information_id, block.status, _codes(block)))


def _add_transfer(summary: Statuses, counting: Counting, transfer: TransferStatus) -> None:
    summary.transactions += 1
    path = f"(//TxInfAndSts)[{summary.transactions}]"
    counting.findings.problems(path, transfer.problems, transfer.currency)
    reference = transfer.original_end_to_end_id or transfer.original_instruction_id
    row = StatusRow("transfer", reference, transfer.status, _codes(transfer), transfer.amount, transfer.currency)
    _count(summary, row)


_ADD: dict[type, Callable[[Statuses, Counting, Any], None]] = {
    Report: _add_report,
    GroupStatus: _add_group,
    BlockStatus: _add_block,
    TransferStatus: _add_transfer,
}


def _count(summary: Statuses, row: StatusRow) -> None:
    """A level without a status says nothing; it only stands around others."""
    if row.status is None and not row.reasons and row.level != "transfer":
        return
    summary.rows.add(row)
    kind = StatusKind(row.level, row.status, row.reasons)
    if kind not in summary.kinds and len(summary.kinds) >= _KINDS_MAX:
        kind = StatusKind(row.level, row.status, ())
    summary.kinds.setdefault(kind, Tally()).add(row.amount, row.currency)


def _codes(status: GroupStatus | BlockStatus | TransferStatus) -> tuple[str, ...]:
    """The code of each reason, the partner's own where there is no other."""
    return tuple(code for each in status.reasons if (code := each.code or each.proprietary))
