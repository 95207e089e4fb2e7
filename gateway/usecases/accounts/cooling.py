"""An account that changed a short time ago is not paid to, unless two people say so.

Whoever gets hold of a list could otherwise send the next payout to an account of their own before anybody notices.
"""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

from gateway.domain.errors import Refusal
from gateway.store import decisions
from gateway.store.accounts import change
from gateway.store.roster.scope import Roster
from gateway.store.store import Transaction
from gateway.store.tables import Decision
from gateway.usecases.context import Context
from gateway.usecases.decide import Act, Params


class Release(Act):
    """The new account of one version of the roster is paid to at once; what both people sign is the account."""

    verb = "account release"
    needs_evidence = False
    own_withdrawal = False

    def examine(self, context: Context, tx: Transaction, subject: str, params: Params) -> str:
        found = change.one(tx, int(subject), since(context)) if subject.isdecimal() else None
        if found is None:
            raise Refusal("account_not_cooling", line=subject)
        return f"{found.id} {found.began} {found.made_at}"

    def execute(self, context: Context, tx: Transaction, decision: Decision) -> None:
        """The executed decision is what counts."""
        tx.record("system", "account release", decision.subject, decision=decision.reference)


def waiting(context: Context, tx: Transaction, roster: Roster) -> list[Any]:
    """Versions whose account changed within the days of cooling-off and was not released."""
    if not context.account_cooling_days:
        return []
    found = change.recent(tx, roster, since(context))
    if not found:
        return []
    released = change.began(tx, (int(each.subject) for each in decisions.executed(tx, {Release.verb})))
    return [row for row in found if row.began not in released]


def since(context: Context) -> str:
    """From when on an account is new, as times are stored."""
    moment = context.clock.now() - timedelta(days=context.account_cooling_days)
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
