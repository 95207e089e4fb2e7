"""What the reason of a payment means, also when it is a code of the partner's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from formats.iso20022 import reasons
from formats.iso20022.reasons import Reason
from gateway.domain.states import PaymentState
from gateway.usecases.context import Context


def reason_of(context: Callable[[], Context], partner: str, code: str, state: str | None = None) -> Reason:
    """Words and next step of a stored code: a return reason when the payment is ``returned``, else a status reason.

    Codes are stored as the partner's table made them when the file came. ``context``, and in it the table, is asked
    for only when a code is in no official set.
    """
    of: reasons.Set = "return_reason" if state == PaymentState.RETURNED else "status_reason"
    return reasons.reason(code, of) or _own(context(), partner, code, of)


def _own(context: Context, partner: str, code: str, of: reasons.Set) -> Reason:
    configured = context.partners.get(partner)
    if configured is None:
        return reasons.unknown(code)
    profile = configured.profile
    found = reasons.reason(profile.reasons.get(code, ""), of) or reasons.unknown(code)
    return replace(found, action="check_duplicate") if code in profile.duplicate_codes else found
