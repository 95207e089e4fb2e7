"""A bank's answer about accounts: matched to its request, taken whole or not at all.

What it says is kept for each account; of several answers the newest counts. An account that the bank doubts is put
before a person, and keeps whoever is paid to it from being paid.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from adapters.profile import Profile
from formats.text.names import comparable
from gateway.domain.accounts import AccountAct, AccountStep, judged
from gateway.domain.errors import NotFound, Refusal
from gateway.domain.roster import ChangeKind
from gateway.domain.verification import compared
from gateway.store import blobs
from gateway.store.accounts import exchange, register
from gateway.store.roster import staging
from gateway.store.roster.scope import Roster
from gateway.store.store import Transaction
from gateway.store.tables import AccountAnswer, AccountChange
from gateway.usecases import people, wording
from gateway.usecases.accounts import doubts
from gateway.usecases.accounts.owner import Owned, opened
from gateway.usecases.accounts.reading import AnswerReader, Told
from gateway.usecases.context import Context


@dataclass(frozen=True, slots=True)
class Taken:
    """The outcome; ``already_seen``: the same answer was taken before, and nothing changed."""

    request: str
    reference: str
    results: dict[str, int]
    already_seen: bool = False


def take(context: Context, partner: str, source: BinaryIO, name: str, operator: str) -> Taken:
    """Raises ``Refusal`` for an answer that is foreign, older, altered, or not whole."""
    profile = context.partner(partner).profile
    with context.store.exclusive("import"), context.store.begin() as tx:
        people.require(context, tx, operator, {"maker"})
        reader = AnswerReader(profile)
        exchange.open_staging(tx)
        count = exchange.stage(tx, _staged(tx, reader.read(source, name)))
        if not count:
            raise Refusal("account_answer_empty")
        request = _request(tx, reader.request, partner)
        rows_sha256 = exchange.rows_digest(tx)
        known = _known(context, tx, request, reader.answered_on, rows_sha256)
        if known is not None:
            results = exchange.results(tx, known.change_id)
            return Taken(request.reference, known.reference, results, already_seen=True)
        _require_whole(tx, request, count)
        change = register.add_change(tx, AccountAct.ANSWER, request.payer, operator)
        exchange.add_steps(tx, _steps(tx, profile, change.id))
        answer = AccountAnswer(
            change_id=change.id,
            request_id=request.change_id,
            answered_on=reader.answered_on,
            source_name=name,
            source_sha256=blobs.put(tx, source),
            rows_sha256=rows_sha256,
            rows=count,
        )
        return _concluded(context, tx, request, change, answer)


def _staged(tx: Transaction, rows: Iterator[tuple[int, int, Told]]) -> Iterator[tuple[Any, ...]]:
    vault = tx.vault
    for row, number, told in rows:
        content = json.dumps(told.values, ensure_ascii=False, sort_keys=True)
        sealed = vault.seal(content.encode(), f"account_answer:{row}")
        yield row, number, vault.blind("account answer", f"{number}\x1f{content}"), sealed


def _request(tx: Transaction, reference: str, partner: str) -> Any:
    try:
        request = exchange.request(tx, reference)
    except NotFound:
        raise Refusal("account_answer_foreign") from None
    if request.partner != partner:
        raise Refusal("account_answer_foreign")
    return request


def _known(context: Context, tx: Transaction, request: Any, answered_on: str, rows_sha256: bytes) -> Any:
    """The last answer, when this is the same again; raises ``Refusal`` for an older or altered one."""
    asked_on = datetime.fromisoformat(request.made_at).astimezone(context.clock.now().tzinfo).date().isoformat()
    if answered_on > context.today().isoformat():
        raise Refusal("account_answer_of_the_future", day=answered_on)
    if answered_on < asked_on:
        raise Refusal("account_answer_older", day=answered_on, last=asked_on)
    last = exchange.newest_answer(tx, request.payer, request.partner)
    if last is None:
        return None
    if last.request_id == request.change_id and bytes(last.rows_sha256) == rows_sha256:
        return last
    if last.request_id > request.change_id or last.answered_on > answered_on:
        raise Refusal("account_answer_older", day=answered_on, last=last.answered_on)
    if last.request_id == request.change_id and last.answered_on == answered_on:
        raise Refusal("account_answer_differs", answer=last.reference, day=answered_on)
    return None


def _require_whole(tx: Transaction, request: Any, count: int) -> None:
    """Every account that was asked about, once, and no other."""
    if twice := exchange.answered_twice(tx):
        raise Refusal("account_answered_twice", row=twice.first, other=twice.other)
    if row := exchange.not_asked(tx, request.change_id):
        raise Refusal("account_not_asked", row=row)
    if count < request.asked:
        raise Refusal("account_answer_truncated", asked=request.asked, answered=count)


def _steps(tx: Transaction, profile: Profile, change_id: int) -> Iterator[tuple[Any, ...]]:
    """What each row comes to; raises ``Refusal`` where it repeats something else than was asked."""
    vault = tx.vault
    for row in exchange.answered(tx):
        told = Told(**json.loads(vault.open(bytes(row.got), f"account_answer:{row.row}")))
        account = opened(vault, row.personal, row.account_id)
        if not _repeats(profile, account, told):
            raise Refusal("account_answer_altered", row=row.row)
        same = told.known_account in ("", account.account)
        name = compared(comparable(account.owner), comparable(told.known_owner))
        kept = {"known_owner": told.known_owner, "known_account": told.known_account}
        sealed = None
        if any(kept.values()):
            content = json.dumps(kept, ensure_ascii=False).encode()
            sealed = vault.seal(content, f"account_step:{change_id}:{row.account_id}")
        yield change_id, row.account_id, judged(told.verdict, same, name).value, sealed
        if told.usable is not None:
            state = AccountStep.USABLE if told.usable else AccountStep.UNUSABLE
            yield change_id, row.account_id, state.value, None


def _repeats(profile: Profile, account: Owned, told: Told) -> bool:
    """What the answer repeats is what was asked: else something else was looked at."""
    written = {comparable(account.owner), comparable(wording.name_for(profile, account.owner))}
    same_owner = not told.owner or comparable(told.owner) in written
    return same_owner and told.account in ("", account.account)


def _concluded(context: Context, tx: Transaction, request: Any, change: AccountChange, answer: AccountAnswer) -> Taken:
    exchange.add(tx, answer)
    told: dict[str, str | int] = {
        "payer": change.payer,
        "kind": change.kind,
        "request": request.reference,
        "answered_on": answer.answered_on,
        "source": answer.source_sha256,
        "list": answer.rows_sha256.hex(),
        "rows": answer.rows,
    }
    tx.record(change.actor, "account answer", change.reference, register.told_digest(tx, change.id).hex(), **told)
    for roster in exchange.rosters(tx, change.id):
        _look(context, tx, roster, change)
    return Taken(request.reference, change.reference, exchange.results(tx, change.id))


def _look(context: Context, tx: Transaction, roster: Roster, change: AccountChange) -> None:
    """An act of each roster that pays to one of the accounts."""
    act = staging.add_change(tx, staging.next_change(tx), ChangeKind.FILE, roster, change.actor)
    doubts.look(context, tx, roster, act.id)
    told: dict[str, str | int] = {**roster.named, "kind": act.kind, "answer": change.reference}
    told["items"] = staging.items_digest(tx, act.id).hex()
    digest = staging.versions_digest(tx, act.id).hex()
    tx.record(change.actor, "account findings", act.reference, digest, **told)
