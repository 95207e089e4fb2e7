"""M3: exactly the moves that money-safety allows; every other pair is refused."""

from __future__ import annotations

from itertools import product

import pytest

from gateway.domain.errors import IllegalMove
from gateway.domain.states import (
    AWAITING_PARTNER,
    FINAL_PAYMENT_STATES,
    MOVES,
    BatchState,
    FileState,
    InboundState,
    PaymentState,
    require_legal,
)

LEGAL = {
    "payment": """
        ready -> held approved cancelled
        held -> ready approved allocated cancelled
        approved -> allocated held cancelled
        allocated -> approved held cancelled sent
        sent -> accepted settled rejected returned
        accepted -> accepted settled rejected returned
        settled -> returned sent
        rejected -> settled
        returned -> settled
        cancelled ->
        """,
    "file_out": """
        allocated -> sealed held void
        sealed -> uploading unknown held void
        held -> allocated sealed void
        uploading -> releasing unknown void
        releasing -> sent unknown
        unknown -> sent acknowledged rejected closed
        sent -> acknowledged rejected unknown closed
        acknowledged -> rejected unknown closed
        rejected -> acknowledged unknown closed
        closed -> acknowledged
        void ->
        """,
    "file_in": """
        received -> processed quarantined
        quarantined -> processed
        duplicate ->
        processed ->
        """,
    "batch": """
        invalid ->
        ready -> submitted cancelled
        submitted -> approved rejected cancelled
        approved -> sending cancelled
        sending -> closing
        closing -> closed
        closed -> closing
        rejected ->
        cancelled ->
        """,
}
"""Written out from the notes, not from the code."""

STATES = {"payment": PaymentState, "file_out": FileState, "file_in": InboundState, "batch": BatchState}


def _legal(kind: str) -> set[tuple[str, str]]:
    lines = (line.split("->") for line in LEGAL[kind].strip().splitlines())
    return {(source.strip(), target) for source, targets in lines for target in targets.split()}


PAIRS = [(kind, str(a), str(b)) for kind, states in STATES.items() for a, b in product(states, states)]


@pytest.mark.parametrize(("kind", "source", "target"), PAIRS)
def test_m3_a_move_is_legal_exactly_when_the_notes_have_it(kind: str, source: str, target: str) -> None:
    if (source, target) in _legal(kind):
        require_legal(kind, source, target)
    else:
        with pytest.raises(IllegalMove) as refused:
            require_legal(kind, source, target, "X1")
        assert refused.value.params == {"kind": kind, "source": source, "target": target, "subject": "X1"}


@pytest.mark.parametrize("kind", STATES)
def test_m3_every_state_has_its_row_in_the_table(kind: str) -> None:
    assert set(MOVES[kind]) == set(STATES[kind])


def test_m3_an_unknown_state_has_no_moves() -> None:
    with pytest.raises(IllegalMove):
        require_legal("payment", "lost", "settled")


@pytest.mark.parametrize("source", [FileState.RELEASING, FileState.UNKNOWN, FileState.SENT, FileState.CLOSED])
def test_m9_no_way_leads_from_a_released_file_back_to_sending(source: FileState) -> None:
    reached, open_ = set[str](), [str(source)]
    while open_:
        following = MOVES["file_out"][open_.pop()] - reached
        reached |= following
        open_ += following
    assert not reached & {"allocated", "sealed", "held", "uploading", "releasing", "void"}


@pytest.mark.parametrize("source", [state for state in PaymentState if state in AWAITING_PARTNER])
def test_m13_a_released_payment_cannot_be_cancelled(source: PaymentState) -> None:
    assert "cancelled" not in MOVES["payment"][source]


def test_m2_every_payment_can_still_come_to_an_end() -> None:
    for start in PaymentState:
        reached = {str(start)}
        while (more := reached.union(*(MOVES["payment"][state] for state in reached))) != reached:
            reached = more
        assert reached & FINAL_PAYMENT_STATES
