"""Planted bugs of the books: sums, charges, proven absence, and what is paid again."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from gateway.domain.states import PaymentState
from gateway.store import succession
from gateway.store.matching import allocations
from gateway.usecases import chain, ended, successors, withdrawal
from simulation.patches import Patch, bug

_NOBODY = "SELECT p.id, '' AS other FROM payment p WHERE 1 = 0"

# --- sums and charges ------------------------------------------------------------------------------------------------


@bug
def any_sum_settles_a_file(patch: Patch) -> None:
    """A sum that names a file settles all its lines, whatever its amount."""
    patch.sql("AND abs(e.amount) = t.amount - ", "AND 0 <= t.amount - ")


@bug
def sums_are_not_undone(patch: Patch) -> None:
    """The reversal of a sum is a credit like others."""
    patch.sql("WHEN e.amount > 0 AND e.reversal AND COALESCE", "WHEN e.amount < 0 AND e.reversal AND COALESCE")


@bug
def charges_make_no_return(patch: Patch) -> None:
    """What comes back less charges is somebody's credit."""
    rules: Any = allocations._ALLOCATIONS
    patch.item(rules, "return", "d.amount = p.amount")


@bug
def a_short_return_frees_the_benefit(patch: Patch) -> None:
    """What came back less charges may be ordered anew as if it had come back in full."""
    patch.sql("target = 'returned' AND charges = 0", "target = 'returned'")


# --- paying again ----------------------------------------------------------------------------------------------------


@bug
def a_short_return_is_paid_again(patch: Patch) -> None:
    """Nobody looks whether all of it came back."""
    refusals: Any = succession._REISSUE_REFUSALS
    patch.item(refusals, "reissue_not_whole", _NOBODY)


@bug
def paid_again_on_a_rejection_alone(patch: Patch) -> None:
    """The partner's word is enough, without the statements."""
    patch.set(ended, "_unproven", lambda context, tx: iter(()))


@bug
def a_gap_proves_absence(patch: Patch) -> None:
    """Days without a statement are days without a debit."""
    patch.set(chain, "gap", lambda *arguments: None)


@bug
def a_predecessor_booked_after_all_is_not_told(patch: Patch) -> None:
    """The successor is out, and nobody hears that its predecessor is, too."""
    patch.set(successors, "follow", lambda *arguments: [])


@bug
def a_doubtful_successor_goes_out(patch: Patch) -> None:
    """Its predecessor was booked meanwhile, and it is released all the same."""
    patch.set(succession, "hold", lambda *arguments: 0)
    patch.set(succession, "doubtful_in", lambda *arguments: False)


@bug
def cancelled_in_a_file(patch: Patch) -> None:
    """A payment is cancelled while a file carries it."""
    patch.set(withdrawal, "_WAITING", tuple(PaymentState))
    patch.set(withdrawal, "recalls", SimpleNamespace(carrier=lambda tx, payment: None))
