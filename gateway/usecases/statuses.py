"""A pain.002 becomes rows: who says what about which message, block or transfer. It moves no money (S1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from typing import Any, BinaryIO

from adapters.profile import Profile
from formats.errors import Unreadable
from formats.iso20022 import pain002
from gateway.store import evidence
from gateway.store.store import Transaction
from gateway.store.tables import FileIn

Line = pain002.GroupStatus | pain002.BlockStatus | pain002.TransferStatus


def record_statuses(
    tx: Transaction, profile: Profile, file: FileIn, source: BinaryIO, zone: tzinfo | None
) -> list[int]:
    """Store every status of the file; returns ids of its reports (none when the message id was used before).

    Times without an offset are read in ``zone``.
    """
    events = pain002.read(source)
    head = next(events, None)
    if not isinstance(head, pain002.Report):
        raise Unreadable("no_group_header")
    report = evidence.open_report(tx, file, head.message_id or file.sha256, _stored(head.created, zone))
    if report is None:
        evidence.raise_exception(tx, "message_id_reused", file.partner, file_in_id=file.id)
        return []
    evidence.add_status_lines(tx, _rows(report.id, profile, events))
    return [report.id]


def _stored(created: datetime | None, zone: tzinfo | None) -> str:
    """The time inside the message, comparable as text; ``Unreadable`` at the ends of the calendar."""
    if created is None:
        return ""
    aware = created if created.tzinfo else created.replace(tzinfo=zone)
    try:
        return aware.astimezone(UTC).isoformat(timespec="seconds")
    except OverflowError:
        raise Unreadable("date_time_unreadable") from None


def _rows(report_id: int, profile: Profile, events: Iterator[Any]) -> Iterator[tuple[Any, ...]]:
    """Rows in document order: what a group or block says of an earlier copy holds for everything in it."""
    under: dict[str, bool] = {"group": False, "block": False, "transfer": False}
    for line in events:
        level, block, end_to_end = _place(line)
        codes = _codes(profile, line.reasons)
        earlier_copy = not profile.duplicate_codes.isdisjoint(codes) or under["group"]
        if level == "block":
            under["block"] = False
        earlier_copy = line.status == "RJCT" and (earlier_copy or under["block"])
        under[level] = earlier_copy
        yield (
            report_id,
            level,
            line.original_message_id or "",
            block,
            end_to_end,
            line.status,
            codes[0] if codes else None,
            earlier_copy,
            line.servicer_reference if isinstance(line, pain002.TransferStatus) else None,
        )


def _place(line: Line) -> tuple[str, str | None, str | None]:
    """(level, payment information id, end-to-end id)"""
    if isinstance(line, pain002.GroupStatus):
        return "group", None, None
    if isinstance(line, pain002.BlockStatus):
        return "block", line.original_payment_information_id, None
    return "transfer", line.original_payment_information_id, line.original_end_to_end_id


def _codes(profile: Profile, reasons: tuple[pain002.Reason, ...]) -> list[str]:
    """The reasons as ISO codes; the partner's own by its profile's table."""
    given = [reason.code or reason.proprietary for reason in reasons]
    return [profile.reasons.get(code, code) for code in given if code]
