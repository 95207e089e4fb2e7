"""States and their legal moves, as tables; every other move is refused (M3).

Source: money-safety notes, section "States", repeated with reasons in docs/states.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from gateway.domain.errors import IllegalMove


class PaymentState(StrEnum):
    READY = "ready"
    HELD = "held"
    APPROVED = "approved"
    ALLOCATED = "allocated"
    SENT = "sent"
    ACCEPTED = "accepted"
    SETTLED = "settled"
    REJECTED = "rejected"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class FileState(StrEnum):
    """A file from us to one partner."""

    ALLOCATED = "allocated"
    SEALED = "sealed"
    HELD = "held"
    UPLOADING = "uploading"
    RELEASING = "releasing"
    UNKNOWN = "unknown"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    REJECTED = "rejected"
    CLOSED = "closed"
    VOID = "void"


class InboundState(StrEnum):
    """A file from a partner to us."""

    RECEIVED = "received"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    PROCESSED = "processed"


class BatchState(StrEnum):
    INVALID = "invalid"
    READY = "ready"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    SENDING = "sending"
    CLOSING = "closing"
    CLOSED = "closed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


P, F, B, N = PaymentState, FileState, BatchState, InboundState

PAYMENT_MOVES: Mapping[str, frozenset[str]] = {
    P.READY: frozenset({P.HELD, P.APPROVED, P.CANCELLED}),
    P.HELD: frozenset({P.READY, P.APPROVED, P.ALLOCATED, P.CANCELLED}),
    P.APPROVED: frozenset({P.ALLOCATED, P.HELD, P.CANCELLED}),
    P.ALLOCATED: frozenset({P.APPROVED, P.HELD, P.CANCELLED, P.SENT}),
    P.SENT: frozenset({P.ACCEPTED, P.SETTLED, P.REJECTED, P.RETURNED}),
    P.ACCEPTED: frozenset({P.ACCEPTED, P.SETTLED, P.REJECTED, P.RETURNED}),
    P.SETTLED: frozenset({P.RETURNED, P.SENT}),
    P.REJECTED: frozenset({P.SETTLED}),
    P.RETURNED: frozenset({P.SETTLED}),
    P.CANCELLED: frozenset(),
}
"""held goes back only to where it came from (``held_from``)."""

FILE_MOVES: Mapping[str, frozenset[str]] = {
    F.ALLOCATED: frozenset({F.SEALED, F.HELD, F.VOID}),
    F.SEALED: frozenset({F.UPLOADING, F.UNKNOWN, F.HELD, F.VOID}),
    F.HELD: frozenset({F.ALLOCATED, F.SEALED, F.VOID}),
    F.UPLOADING: frozenset({F.RELEASING, F.UNKNOWN, F.VOID}),
    F.RELEASING: frozenset({F.SENT, F.UNKNOWN}),
    F.UNKNOWN: frozenset({F.SENT, F.ACKNOWLEDGED, F.REJECTED, F.CLOSED}),
    F.SENT: frozenset({F.ACKNOWLEDGED, F.REJECTED, F.UNKNOWN, F.CLOSED}),
    F.ACKNOWLEDGED: frozenset({F.REJECTED, F.UNKNOWN, F.CLOSED}),
    F.REJECTED: frozenset({F.ACKNOWLEDGED, F.UNKNOWN, F.CLOSED}),
    F.CLOSED: frozenset({F.ACKNOWLEDGED}),
    F.VOID: frozenset(),
}

INBOUND_MOVES: Mapping[str, frozenset[str]] = {
    N.RECEIVED: frozenset({N.PROCESSED, N.QUARANTINED}),
    N.QUARANTINED: frozenset({N.PROCESSED}),
    N.DUPLICATE: frozenset(),
    N.PROCESSED: frozenset(),
}

BATCH_MOVES: Mapping[str, frozenset[str]] = {
    B.INVALID: frozenset(),
    B.READY: frozenset({B.SUBMITTED, B.CANCELLED}),
    B.SUBMITTED: frozenset({B.APPROVED, B.REJECTED, B.CANCELLED}),
    B.APPROVED: frozenset({B.SENDING, B.CANCELLED}),
    B.SENDING: frozenset({B.CLOSING}),
    B.CLOSING: frozenset({B.CLOSED}),
    B.CLOSED: frozenset({B.CLOSING}),
    B.REJECTED: frozenset(),
    B.CANCELLED: frozenset(),
}

MOVES: Mapping[str, Mapping[str, frozenset[str]]] = {
    "payment": PAYMENT_MOVES,
    "file_out": FILE_MOVES,
    "file_in": INBOUND_MOVES,
    "batch": BATCH_MOVES,
}

FINAL_PAYMENT_STATES = frozenset({P.SETTLED, P.REJECTED, P.RETURNED, P.CANCELLED})
AWAITING_PARTNER = frozenset({P.SENT, P.ACCEPTED})


def require_legal(kind: str, source: str, target: str, subject: str = "") -> None:
    """Refuse a move that the table of ``kind`` does not have."""
    if target not in MOVES[kind].get(source, frozenset()):
        raise IllegalMove(kind, source, target, subject)
