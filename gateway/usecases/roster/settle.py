"""What a person says of a work item: the list is right, or the entitlement ends. Everything else needs a new list."""

from __future__ import annotations

import json
from dataclasses import dataclass

from gateway.domain import identifiers
from gateway.domain.errors import IllegalMove, Refusal
from gateway.domain.roster import BY_TWO, ChangeKind, ItemState, may_be_accepted
from gateway.store.roster import browse, staging
from gateway.store.roster.scope import Roster
from gateway.store.store import Transaction, take
from gateway.store.tables import RosterLine, WorkItem
from gateway.usecases import people
from gateway.usecases.context import Context
from gateway.usecases.roster.listed import canonical, content_blind


@dataclass(frozen=True, slots=True)
class Settlement:
    item: int
    operator: str
    reason: str
    last_month: str | None = None
    """Ends the entitlement after this month; None: the list is right as it is."""


def settle(context: Context, settlement: Settlement) -> WorkItem:
    """Raises ``Refusal`` where only a list or a decision of two helps, ``IllegalMove`` for an item that has ended."""
    with context.store.begin() as tx:
        people.require(context, tx, settlement.operator, {"maker"})
        item = browse.item(tx, settlement.item)
        if item.code in BY_TWO:
            raise Refusal("work_item_needs_two", item=item.id, programme=item.programme)
        _require_settleable(item, settlement)
        return end(tx, item, settlement)


def end(tx: Transaction, item: WorkItem, settlement: Settlement, decision: str = "-") -> WorkItem:
    """In a transaction of the caller's, who has looked whether it may be; ``decision``: of two people."""
    roster = Roster(item.payer, item.programme)
    change = staging.add_change(tx, staging.next_change(tx), ChangeKind.ITEM, roster, settlement.operator)
    if settlement.last_month is not None:
        _stop(tx, roster, item, change.id, settlement.last_month)
    item.state = ItemState.ACCEPTED if settlement.last_month is None else ItemState.STOPPED
    item.ended_by, item.reason = change.id, settlement.reason
    tx.session.add(item)
    told: dict[str, str | int] = {
        **roster.named,
        "kind": change.kind,
        "item": item.id,
        "state": item.state,
        "reason": settlement.reason,
        "until": settlement.last_month or "-",
        "decision": decision,
    }
    tx.session.flush()
    told["items"] = staging.items_digest(tx, change.id).hex()
    digest = staging.versions_digest(tx, change.id).hex()
    tx.record(settlement.operator, "roster settle", change.reference, digest, **told)
    return item


def _require_settleable(item: WorkItem, settlement: Settlement) -> None:
    if item.state != ItemState.OPEN:
        raise IllegalMove("work_item", item.state, "settled", str(item.id))
    if not settlement.reason.strip():
        raise Refusal("reason_missing")
    if settlement.last_month is None and not may_be_accepted(item.code, item.blocking):
        raise Refusal("work_item_needs_list", item=item.id)
    if settlement.last_month is not None and not identifiers.is_month(settlement.last_month):
        raise Refusal("month_invalid")


def _stop(tx: Transaction, roster: Roster, item: WorkItem, change_id: int, last_month: str) -> None:
    """The version that holds ends; one that says until when takes its place."""
    line = None if item.person_blind is None else browse.live(tx, roster, bytes(item.person_blind))
    if line is None:
        raise Refusal("work_item_names_nobody", item=item.id)
    if line.until is not None and line.until <= last_month:
        raise Refusal("entitlement_ended", until=line.until)
    if line.since > last_month:
        raise Refusal("entitlement_begins_later", item=item.id, since=line.since)
    number = take(tx, "roster_line").start
    vault = tx.vault
    values = json.loads(vault.open(bytes(line.personal), f"roster_line:{line.id}")) | {"stopped": last_month}
    line.ended_by = change_id
    tx.session.add(line)
    tx.session.flush()
    kept = line.model_dump(exclude={"id", "made_by", "ended_by", "until", "personal", "content_blind"})
    tx.session.add(
        RosterLine(
            **kept,
            id=number,
            made_by=change_id,
            until=last_month,
            personal=vault.seal(json.dumps(values, ensure_ascii=False).encode(), f"roster_line:{number}"),
            content_blind=content_blind(vault, canonical(values, line.bank)),
        )
    )
    tx.session.flush()
