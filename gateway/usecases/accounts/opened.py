"""A partner's answer about accounts to open: taken whole or not at all; an opened account is kept like every other.

A partner answers when it likes, about as many people as it likes; an opened account, or a rejection, is the end.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import PurePath
from typing import Any, BinaryIO

from adapters.profile import Profile
from formats import tabular
from formats.iso20022 import acmt
from formats.text.names import comparable
from gateway.domain import identifiers
from gateway.domain.accounts import AccountAct, AccountOrigin, OpeningStep
from gateway.domain.calendar import VIET_NAM
from gateway.domain.errors import Refusal
from gateway.store import blobs
from gateway.store.accounts import exchange, openings, register
from gateway.store.store import Transaction
from gateway.store.store import take as take_number
from gateway.store.tables import AccountAnswer, AccountChange
from gateway.usecases import people, wording
from gateway.usecases.accounts.owner import Owned, owned
from gateway.usecases.accounts.question import of_question
from gateway.usecases.context import Context


@dataclass(frozen=True, slots=True)
class Opened:
    """The outcome; ``reference`` is None when everything was known."""

    reference: str | None
    results: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Told:
    row: int
    question: str
    outcome: OpeningStep
    answered_on: str
    owner: str
    """Repeats what was asked; empty where the answer repeats nothing."""
    account: str


@dataclass(frozen=True, slots=True)
class _Step:
    told: _Told
    asked: Any
    account: Owned | None
    is_new: bool


def take(context: Context, partner: str, source: BinaryIO, name: str, operator: str) -> Opened:
    """Raises ``Refusal`` for an answer that is foreign, altered, of a wrong day, or contradicts an earlier one."""
    profile = context.partner(partner).profile
    with context.store.exclusive("import"), context.store.begin() as tx:
        people.require(context, tx, operator, {"maker"})
        steps = list(_steps(context, tx, profile, source, name))
        if not steps:
            raise Refusal("account_answer_empty")
        results = {outcome.value: sum(each.told.outcome == outcome for each in steps) for outcome in OpeningStep}
        results = {outcome: count for outcome, count in results.items() if count}
        if not any(each.is_new for each in steps):
            return Opened(None, results)
        change = register.add_change(tx, AccountAct.ANSWER, steps[0].asked.payer, operator)
        _record(tx, change, steps, source, name)
        return Opened(change.reference, results)


def _steps(context: Context, tx: Transaction, profile: Profile, source: BinaryIO, name: str) -> Iterator[_Step]:
    source.seek(0)
    is_message = PurePath(name).suffix.lower() == ".xml"
    request, seen = "", dict[str, int]()
    for told in _messages(source) if is_message else _listed(profile, source, name):
        found = of_question(told.question)
        if found is None:
            raise Refusal("account_row_invalid", row=told.row, field="question")
        if request and found[0] != request:
            raise Refusal("account_answer_mixed", row=told.row)
        request = found[0]
        if told.question in seen:
            raise Refusal("account_answered_twice", row=seen[told.question], other=told.row)
        seen[told.question] = told.row
        asked = openings.one(tx, *found)
        if asked is None or asked.partner != profile.code:
            raise Refusal("account_answer_foreign")
        _require_day(context, told, asked)
        yield _step(tx, profile, told, asked)


def _require_day(context: Context, told: _Told, asked: Any) -> None:
    asked_on = datetime.fromisoformat(asked.made_at).astimezone(VIET_NAM).date().isoformat()
    if told.answered_on > context.today().isoformat():
        raise Refusal("account_answer_of_the_future", day=told.answered_on)
    if told.answered_on < asked_on:
        raise Refusal("account_answer_older", day=told.answered_on, last=asked_on)


def _step(tx: Transaction, profile: Profile, told: _Told, asked: Any) -> _Step:
    """What it comes to; raises ``Refusal`` where it repeats another owner or contradicts an end."""
    values = json.loads(tx.vault.open(bytes(asked.personal), f"roster_line:{asked.line_id}"))
    account = owned(values | {"account": told.account}, profile.napas_bin)
    written = {comparable(account.owner), comparable(wording.name_for(profile, account.owner))}
    if told.owner and comparable(told.owner) not in written:
        raise Refusal("account_answer_altered", row=told.row)
    is_opened = told.outcome == OpeningStep.OPENED
    if is_opened and not _is_account(profile, told.account):
        raise Refusal("account_row_invalid", row=told.row, field="account")
    same = asked.outcome == told.outcome
    if is_opened and same:
        same = account.blinds(tx.vault)["account_blind"] == bytes(asked.account_blind)
    if asked.outcome in (OpeningStep.OPENED, OpeningStep.REJECTED) and not same:
        raise Refusal("account_opening_ended", row=told.row)
    return _Step(told, asked, account if is_opened else None, is_new=not same)


def _is_account(profile: Profile, number: str) -> bool:
    return identifiers.is_phone(number) if profile.kind == "wallet" else identifiers.is_account(number)


def _record(tx: Transaction, change: AccountChange, steps: list[_Step], source: BinaryIO, name: str) -> None:
    rows = sha256()
    for each in sorted(steps, key=lambda step: step.told.question):
        content = "".join((each.told.question, each.told.outcome, each.told.account))
        rows.update(tx.vault.blind("account answer", content))
    answer = AccountAnswer(
        change_id=change.id,
        request_id=steps[0].asked.change_id,
        answered_on=max(each.told.answered_on for each in steps),
        source_name=name,
        source_sha256=blobs.put(tx, source),
        rows_sha256=rows.digest(),
        rows=len(steps),
    )
    exchange.add(tx, answer)
    register.open_staging(tx)
    opened = {each.told.question: each.account for each in steps if each.is_new and each.account}
    numbers = dict(zip(opened, take_number(tx, "account", len(opened)), strict=True)) if opened else {}
    register.stage(tx, [_staged(tx, numbers[question], account) for question, account in opened.items()])
    register.take_over(tx, change.id, AccountOrigin.OPENING)
    openings.add_steps(
        tx,
        [
            (
                change.id,
                each.asked.change_id,
                each.asked.line_id,
                each.told.outcome.value,
                numbers.get(each.told.question),
            )
            for each in steps
            if each.is_new
        ],
    )
    told: dict[str, str | int] = {"payer": change.payer, "kind": change.kind, "answered_on": answer.answered_on}
    told |= {"source": answer.source_sha256, "list": answer.rows_sha256.hex(), "rows": answer.rows}
    told["request"] = str(tx.value("SELECT reference FROM account_change WHERE id = :id", id=answer.request_id))
    tx.record(change.actor, "account opened", change.reference, register.told_digest(tx, change.id).hex(), **told)


def _staged(tx: Transaction, number: int, account: Owned) -> tuple[Any, ...]:
    """Values in the order of ``register.STAGED``."""
    told: dict[str, Any] = {
        "id": number,
        "sheet": "",
        "row": 0,
        "bank": account.bank,
        "personal": tx.vault.seal(account.personal(), f"account:{number}"),
        **account.blinds(tx.vault),
    }
    told["name_blind"] = told["owner_blind"]
    return tuple(told[name] for name in register.STAGED)


def _messages(source: BinaryIO) -> Iterator[_Told]:
    for row, item in enumerate(acmt.read(source), start=1):
        if not isinstance(item, acmt.Acknowledgement | acmt.Rejection):
            raise Refusal("account_answer_kind")
        if item.created is None or item.created.tzinfo is None:
            raise Refusal("account_row_invalid", row=row, field="answered_on")
        day = item.created.astimezone(VIET_NAM).date().isoformat()
        outcome, account = OpeningStep.REJECTED, ""
        if isinstance(item, acmt.Acknowledgement):
            numbers = {each.number for each in item.accounts if each.number}
            if len(numbers) > 1:
                raise Refusal("account_row_invalid", row=row, field="account")
            account = numbers.pop() if numbers else ""
            outcome = OpeningStep.OPENED if account else OpeningStep.ACKNOWLEDGED
        yield _Told(row, item.process_id or "", outcome, day, "", account)


def _listed(profile: Profile, source: BinaryIO, name: str) -> Iterator[_Told]:
    layout = profile.account_list
    columns = [
        tabular.Column(each, (heading,), required=True, kind="digits" if each in ("account", "result") else "text")
        for each, heading in layout.opened.items()
    ]
    for item in tabular.read(source, columns, name):
        if isinstance(item, tabular.Problem):
            if item.blocking:
                raise Refusal(item.code, **{"row": item.row, "field": item.field, **item.params})
            continue
        values = item.values
        outcome = layout.outcomes.get(values["result"])
        if outcome is None:
            raise Refusal("account_code_unknown", row=item.number)
        day = values["answered_on"]
        if identifiers.iso_date(day) is None or not values["owner"]:
            field = "owner" if values["answered_on"] and not values["owner"] else "answered_on"
            raise Refusal("account_row_invalid", row=item.number, field=field)
        yield _Told(item.number, values["question"], OpeningStep(outcome), day, values["owner"], values["account"])
