"""Asking a bank whose the accounts are: everything that people of a payer have there and that it has not confirmed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from typing import Any, BinaryIO

from adapters.profile import Profile
from formats import tabular
from formats.iso20022 import acmt, pain001
from gateway.domain.accounts import AccountAct, AccountOrigin
from gateway.domain.errors import Refusal, Tampered
from gateway.store.accounts import exchange, register
from gateway.store.numbers import Numbers
from gateway.store.store import Transaction
from gateway.store.tables import AccountChange, AccountRequest
from gateway.usecases import people, wording
from gateway.usecases.accounts.owner import Owned, opened, owned
from gateway.usecases.accounts.question import question_id
from gateway.usecases.accounts.writing import IDENTITY_NUMBER, agent, copied
from gateway.usecases.context import Context, Payer

_NUMBERS_TAKEN_AT_ONCE = 1000


def ask(
    context: Context, payer: str, partner: str, operator: str, sink: BinaryIO
) -> tuple[AccountChange, AccountRequest]:
    """Write the request and keep what it asks about; raises ``Refusal`` when there is nothing to ask."""
    about, profile = context.payer(payer), context.partner(partner).profile
    with context.store.exclusive("import"), context.store.begin() as tx:
        people.require(context, tx, operator, {"maker"})
        at = [bank for bank in exchange.banks(tx, payer) if context.partner_for(bank).code == partner]
        if not at:
            raise Refusal("account_nothing_to_ask", partner=partner)
        change = register.add_change(tx, AccountAct.REQUEST, payer, operator)
        register.open_staging(tx)
        register.stage(tx, _staged(context, tx, payer, at))
        register.take_over(tx, change.id, AccountOrigin.ROSTER)
        count = exchange.ask(tx, change.id, payer, at)
        if not count:
            raise Refusal("account_nothing_to_ask", partner=partner)
        with closing(context.spool.create()) as spool:
            _write(tx, change, profile, about, spool)
            sha256 = copied(spool, sink).hex()
        request = AccountRequest(
            change_id=change.id, partner=partner, form=profile.verification, asked=count, sha256=sha256
        )
        exchange.add(tx, request)
        digest = register.told_digest(tx, change.id).hex()
        told: dict[str, str | int] = {"payer": payer, "kind": change.kind, "partner": partner, "form": request.form}
        tx.record(operator, "account verify", change.reference, digest, **told, asked=count, file=sha256)
        return change, request


def _staged(context: Context, tx: Transaction, payer: str, at: list[str]) -> Iterator[tuple[Any, ...]]:
    """The accounts of the roster as it is now."""
    vault, numbers = tx.vault, Numbers(tx, "account", _NUMBERS_TAKEN_AT_ONCE)
    for row in exchange.paid_to(tx, payer, context.today().isoformat()[:7], at):
        values = json.loads(vault.open(bytes(row.personal), f"roster_line:{row.id}"))
        account, number = owned(values, row.bank), next(numbers)
        told: dict[str, Any] = {
            "id": number,
            "sheet": "",
            "row": 0,
            "bank": row.bank,
            "personal": vault.seal(account.personal(), f"account:{number}"),
            **account.blinds(vault),
        }
        told["name_blind"] = told["owner_blind"]
        yield tuple(told[name] for name in register.STAGED)


def _write(tx: Transaction, change: AccountChange, profile: Profile, payer: Payer, sink: BinaryIO) -> None:
    rows = ((question_id(change.reference, row.id), opened(tx.vault, row.personal, row.id)) for row in
            exchange.asked(tx, change.id))  # fmt: skip
    if profile.verification == "list":
        _write_list(profile, rows, sink)
    else:
        _write_message(change, profile, payer, rows, sink)


def _write_list(profile: Profile, rows: Iterator[tuple[str, Owned]], sink: BinaryIO) -> None:
    columns = profile.account_list.asked
    values = (
        {"question": question, "owner_id": each.owner_id, "owner": each.owner, "bank": each.bank,
         "account": each.account}
        for question, each in rows
    )  # fmt: skip
    tabular.write_csv(sink, list(columns.values()), ([row[name] for name in columns] for row in values))


def _write_message(
    change: AccountChange, profile: Profile, payer: Payer, rows: Iterator[tuple[str, Owned]], sink: BinaryIO
) -> None:
    """An acmt.023, read back before it counts."""
    assignment = acmt.Assignment(
        message_id=change.reference,
        created=datetime.fromisoformat(change.made_at).replace(microsecond=0),
        assigner=pain001.Party(payer.name, organisation_id=payer.tax_id),
        assignee=agent(profile, profile.napas_bin),
    )
    asked = (_verification(profile, question, each) for question, each in rows)
    rendered = acmt.render_verification(assignment, asked, sink, profile.verification)
    if acmt.check(sink, profile.verification) != (rendered.sha256, rendered.values):
        raise Tampered("account_request_differs", request=change.reference)


def _verification(profile: Profile, question: str, each: Owned) -> acmt.Verification:
    scheme = profile.account_scheme if each.bank == profile.napas_bin else None
    return acmt.Verification(
        verification_id=question,
        owner=acmt.Person(
            wording.name_for(profile, each.owner), each.owner_id or None, IDENTITY_NUMBER if each.owner_id else None
        ),
        account=pain001.Account(each.account, scheme),
        agent=agent(profile, each.bank),
    )
