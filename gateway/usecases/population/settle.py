"""Settle: two people act on what the registry says of somebody who died or moved: the entitlement ends with a month.

The deceased are paid through the month of death; who moved is paid by the old commune through the month of the answer,
since the registry tells no day of the move, and the new commune decides anew. Both sign exactly which items, which
versions of the roster, and which months.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from gateway.domain.errors import Refusal
from gateway.domain.roster import BY_TWO, ItemState
from gateway.ports import Vault
from gateway.store import blobs
from gateway.store.roster import browse, population
from gateway.store.roster.scope import Roster
from gateway.store.store import Transaction
from gateway.store.tables import Decision, RosterLine, WorkItem
from gateway.usecases.context import Context
from gateway.usecases.decide import Act, Params, Proposal, params_of
from gateway.usecases.roster.settle import Settlement, end

VERB = "population settle"
_NAME = "settlement.json"
Line = Mapping[str, str | int]


def draft(context: Context, roster: Roster, reason: str, chosen: Sequence[int] = ()) -> tuple[Proposal, list[Line]]:
    """These items of a roster, or all that say that somebody died or moved."""
    with context.store.read() as tx:
        numbers = sorted(set(chosen)) or population.to_settle(tx, roster)
        if not numbers:
            raise Refusal("population_nothing_to_settle")
        lines = [_line(tx, roster, number) for number in numbers]
    document = json.dumps({"roster": subject_of(roster), "lines": lines}, sort_keys=True, indent=1).encode()
    people = {code: sum(line["code"] == code for line in lines) for code in sorted(BY_TWO)}
    told = {"people": ", ".join(f"{code} {count}" for code, count in people.items())}
    return Proposal(subject_of(roster), reason, told, _NAME, io.BytesIO(document)), lines


def subject_of(roster: Roster) -> str:
    return f"{roster.payer} {roster.programme}"


class SettlePopulation(Act):
    """Entitlements of one roster, as the document says."""

    verb = VERB
    needs_evidence = True
    own_withdrawal = False
    proposers = frozenset({"maker"})
    reads_document = True

    def examine(self, context: Context, tx: Transaction, subject: str, params: Params) -> str:
        roster, lines = signed_lines(context, tx, params["document"])
        if subject_of(roster) != subject:
            raise Refusal("state_changed")
        for line in lines:
            _require_same(line, _line(tx, roster, int(line["item"])))
        return json.dumps(lines, sort_keys=True)

    def execute(self, context: Context, tx: Transaction, decision: Decision) -> None:
        _, lines = signed_lines(context, tx, params_of(decision)["document"])
        for line in lines:
            item, month = browse.item(tx, int(line["item"])), str(line["last_month"])
            by = decision.confirmed_by or ""
            end(tx, item, Settlement(item.id, by, decision.reason, month), decision.reference)


def signed_lines(context: Context, tx: Transaction, sha256: str) -> tuple[Roster, list[Line]]:
    """What the document of a decision says."""
    with closing(context.spool.create()) as spool:
        blobs.copy(tx, sha256, spool)
        told = json.load(spool)
    payer, programme = told["roster"].split(" ", 1)
    return Roster(payer, programme), told["lines"]


def _line(tx: Transaction, roster: Roster, number: int) -> Line:
    """As it is now: the item, the version that would end, and with which month."""
    item = browse.item(tx, number)
    if item.code not in BY_TWO or Roster(item.payer, item.programme) != roster or item.person_blind is None:
        raise Refusal("population_item_other", item=number)
    if item.state != ItemState.OPEN:
        raise Refusal("population_item_ended")
    held = browse.live(tx, roster, bytes(item.person_blind))
    if held is None:
        raise Refusal("population_line_changed")
    month = _last_month(tx, tx.vault, item)
    _require_in_order(item, held, month)
    return {
        "item": item.id,
        "code": item.code,
        "line": held.id,
        "content": bytes(held.content_blind).hex(),
        "newest_answer": population.newest_answer(tx, roster).reference,
        "last_month": month,
    }


def _require_in_order(item: WorkItem, held: RosterLine, month: str) -> None:
    if held.since > month:
        raise Refusal("population_begins_later", item=item.id, month=month)
    if held.until is not None and held.until <= month:
        raise Refusal("entitlement_ended", until=held.until)


def _last_month(tx: Transaction, vault: Vault, item: WorkItem) -> str:
    told: dict[str, Any] = json.loads(vault.open(bytes(item.personal or b""), f"work_item:{item.id}"))
    if item.code == "registry_deceased":
        return str(told["suggestion"])[:7]
    return str(population.answered_on(tx, item.opened_by))[:7]


def _require_same(signed: Line, now: Line) -> None:
    if any(signed[name] != now[name] for name in ("line", "content")):
        raise Refusal("population_line_changed")
    if signed != now:
        raise Refusal("population_answer_changed")
