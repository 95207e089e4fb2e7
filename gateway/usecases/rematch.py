"""What partners said of payments before we knew that they were released is matched once we do (S3).

The alarm that it was said too early stays: somebody else may have paid.
"""

from __future__ import annotations

from gateway.store import matching
from gateway.store.matching import again
from gateway.store.store import Transaction
from gateway.usecases.context import Context, Partner
from gateway.usecases.match import Cause, Matched, conclude, give

_CAUSE = Cause("evidence from before the release", "evidence from before the release", None)


def rematch(context: Context, tx: Transaction, partner: Partner) -> Matched:
    """Take up again what waited for a release at this partner."""
    result = Matched()
    if not again.examine(tx, partner.code):
        return result
    matching.reopen(tx)
    matching.name(tx)
    again.skip_allocated(tx)
    result.kinds += give(tx, partner.profile)
    result.matched = again.touch(tx, partner.code)
    conclude(context, tx, _CAUSE, result)
    return result
