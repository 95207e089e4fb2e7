"""Stop and start: one person stops what goes out, two people start it again; collecting goes on (M16)."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.domain.errors import NotFound, Refusal
from gateway.store import batches, stops
from gateway.store.stops import EVERYTHING, Scope
from gateway.store.store import Transaction
from gateway.store.tables import Decision, Stop
from gateway.usecases.context import Context
from gateway.usecases.decide import Act, Params, digest


def stop(context: Context, scope: Scope, reason: str, actor: str) -> None:
    """Nothing of this scope is released after this returns.

    Needs no role and no key: stopping harms nobody, and must not wait for a passphrase.
    """
    if not reason.strip():
        raise Refusal("reason_missing")
    with context.store.begin() as tx:
        _require_known(context, tx, scope)
        stops.put(tx, scope, stops.EMERGENCY, reason.strip(), actor)


def named(scope: Scope) -> str:
    """The scope as the subject of a decision: ``all``, or ``partner CODE``."""
    return f"{scope.kind} {scope.subject}".strip()


def scope_of(name: str) -> Scope:
    """The opposite of ``named``."""
    kind, _, subject = name.partition(" ")
    return Scope(kind, subject)


def _require_known(context: Context, tx: Transaction, scope: Scope) -> None:
    """A mistyped name would stop nothing."""
    if scope == EVERYTHING:
        return
    if scope.kind == "partner":
        context.partner(scope.subject)
    elif scope.kind == "batch":
        batches.find(tx, scope.subject)
    elif scope.kind == "payer":
        context.payer(scope.subject)
    elif tx.value("SELECT 1 FROM batch WHERE programme = :p", p=scope.subject) is None:
        raise NotFound("programme_unknown", programme=scope.subject)


def is_lifted_by(decision: Decision, stops: Sequence[Stop]) -> bool:
    """Whether these, and no others, are what two people decided to lift."""
    by_two = (decision.verb, decision.state) == (Start.verb, "executed")
    of_scope = all(Scope(each.scope, each.subject) == scope_of(decision.subject) for each in stops)
    return by_two and of_scope and digest(_told(sorted(each.id for each in stops))) == decision.precondition


def _told(numbers: Sequence[int]) -> str:
    """The stops that are looked at, as the decision over them rests on them."""
    return " ".join(map(str, numbers))


class Start(Act):
    """Lift every stop of one scope, also what the system itself has stopped."""

    verb = "start"
    needs_evidence = False
    own_withdrawal = False

    def examine(self, context: Context, tx: Transaction, subject: str, params: Params) -> str:
        stops.hold(tx)
        scope = scope_of(subject)
        found = [each.id for each in stops.active(tx) if Scope(each.scope, each.subject) == scope]
        if not found:
            raise Refusal("nothing_stopped", subject=subject)
        return _told(found)

    def execute(self, context: Context, tx: Transaction, decision: Decision) -> None:
        stops.lift(tx, scope_of(decision.subject), decision.id)
