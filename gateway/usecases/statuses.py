"""A pain.002 becomes rows: who says what about which message, block or transfer. It moves no money (S1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, BinaryIO

from adapters.profile import Profile
from formats.errors import Unreadable
from formats.iso20022 import pain002
from gateway.store import evidence
from gateway.store.store import Transaction
from gateway.store.tables import FileIn

Line = pain002.GroupStatus | pain002.BlockStatus | pain002.TransferStatus


def record_statuses(tx: Transaction, profile: Profile, file: FileIn, source: BinaryIO) -> list[int]:
    """Store every status of the file; returns ids of its reports (none when the message id was used before)."""
    events = pain002.read(source)
    head = next(events, None)
    if not isinstance(head, pain002.Report):
        raise Unreadable("no_group_header")
    report = evidence.open_report(tx, file, head.message_id or file.sha256, _stored(head.created))
    if report is None:
        evidence.raise_exception(tx, "message_id_reused", file.partner, file_in_id=file.id)
        return []
    evidence.add_status_lines(tx, _rows(report.id, profile, events))
    return [report.id]


def _stored(created: datetime | None) -> str:
    """The time inside the message, comparable as text; local times are read as Viet Nam's."""
    if created is None:
        return ""
    return created.astimezone(UTC).isoformat(timespec="seconds")


def _rows(report_id: int, profile: Profile, events: Iterator[Any]) -> Iterator[tuple[Any, ...]]:
    for line in events:
        code = _code(profile, line.reasons)
        level, block, end_to_end = _place(line)
        yield (
            report_id,
            level,
            line.original_message_id or "",
            block,
            end_to_end,
            line.status,
            code,
            line.status == "RJCT" and code in profile.duplicate_codes,
        )


def _place(line: Line) -> tuple[str, str | None, str | None]:
    """(level, payment information id, end-to-end id)"""
    if isinstance(line, pain002.GroupStatus):
        return "group", None, None
    if isinstance(line, pain002.BlockStatus):
        return "block", line.original_payment_information_id, None
    return "transfer", line.original_payment_information_id, line.original_end_to_end_id


def _code(profile: Profile, reasons: tuple[pain002.Reason, ...]) -> str | None:
    """The first reason as an ISO code; the partner's own codes by its profile's table."""
    if not reasons:
        return None
    given = reasons[0].code or reasons[0].proprietary
    return profile.reasons.get(given, given) if given else None
