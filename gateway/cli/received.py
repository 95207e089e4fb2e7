"""How commands show files that were received: as a table, and as the ``files`` of their JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gateway.cli import reasons
from gateway.cli.messages import explain, kind_word, state_word
from gateway.cli.session import Session
from gateway.cli.words import _

if TYPE_CHECKING:
    from formats.iso20022.reasons import Reason
    from gateway.domain.errors import ChitraError
    from gateway.usecases.received import Received


def say(session: Session, files: Sequence[Received]) -> None:
    """What became of each file, and why payments were rejected or returned."""
    session.output.table(
        [_("File"), _("Partner"), _("Name"), _("Message"), _("State"), _("Payments"), _("Remark")],
        [_row(received) for received in files],
    )
    _say_causes(session, files)


def document(session: Session, received: Received) -> dict[str, Any]:
    """One file, as ``poll`` and ``file reprocess`` give it."""
    fields = {
        "file": received.file,
        "partner": received.partner,
        "name": received.name,
        "message": received.message,
        "state": received.state,
        "entries": received.matched.entries,
        "matched": received.matched.matched,
        "moved": received.matched.moved,
        "reasons": [
            {"state": state, "payments": payments, "reason": reasons.document(_reason(session, received, state, code))}
            for state, code, payments in received.matched.causes
        ],
        "exceptions": received.matched.exceptions,
        "exception_kinds": received.matched.kinds,
        "findings": received.findings,
    }
    return fields | ({"error": error_document(received.error)} if received.error else {})


def error_document(error: ChitraError) -> dict[str, Any]:
    return {"code": error.code, "message": explain(error.code, error.params)}


def remark(error: ChitraError | None) -> str:
    return explain(error.code, error.params) if error else ""


def _row(received: Received) -> list[str]:
    moved = ", ".join(f"{state_word(state)} {count}" for state, count in sorted(received.matched.moved.items()))
    state = state_word(received.state) if received.state else ""
    told = remark(received.error) or (", ".join(map(kind_word, received.matched.kinds)) if not received.file else "")
    return [received.file, received.partner, received.name, received.message, state, moved, told]


def _say_causes(session: Session, files: Sequence[Received]) -> None:
    """Why payments were rejected or returned, and what to do about them."""
    causes = [
        (file.file, state, _reason(session, file, state, code), payments)
        for file in files
        for state, code, payments in file.matched.causes
    ]
    session.output.table(
        [_("File"), _("State"), _("Reason"), _("Payments"), _("What to do")],
        [[f, state_word(s), reasons.short(reason), n, reasons.next_step(reason)] for f, s, reason, n in causes],
        numbers=[3],
    )


def _reason(session: Session, received: Received, state: str, code: str) -> Reason | None:
    return reasons.reason_of(session, received.partner, code, state)
