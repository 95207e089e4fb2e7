"""Asking a partner to open accounts for people who have none. Nobody is asked for twice while a request is open."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from adapters.profile import Profile
from formats import tabular
from formats.iso20022 import acmt, pain001
from gateway.domain.accounts import AccountAct
from gateway.domain.errors import NotConfigured, Refusal, Tampered
from gateway.store.accounts import exchange, openings, register
from gateway.store.store import Transaction
from gateway.store.tables import AccountChange, AccountRequest
from gateway.usecases import people, wording
from gateway.usecases.accounts.owner import Owned, owned
from gateway.usecases.accounts.question import question_id
from gateway.usecases.accounts.writing import IDENTITY_NUMBER, agent, copied
from gateway.usecases.context import Context, Payer

OPENING_LIST = "opening list"
FORMS = ("acmt.007.001.05", OPENING_LIST)
"""Of requests to open accounts."""
_CURRENT_ACCOUNT = "CACC"

NewFile = Callable[[str], AbstractContextManager[BinaryIO]]
"""Name -> a new file: ``ID.xml`` for each message, or one list without a name."""


def ask(
    context: Context, payer: str, partner: str, operator: str, new_file: NewFile
) -> tuple[AccountChange, AccountRequest]:
    """Write the request; raises ``Refusal`` when everybody has an account or was asked for."""
    about, profile = context.payer(payer), context.partner(partner).profile
    is_list = profile.opening == "list"
    if not is_list and not about.town:
        raise NotConfigured("payer_town_missing", payer=payer)
    with context.store.exclusive("import"), context.store.begin() as tx:
        people.require(context, tx, operator, {"maker"})
        count = openings.stage(tx, payer, context.today().isoformat()[:7])
        if not count:
            raise Refusal("account_nobody_without", payer=payer)
        change = register.add_change(tx, AccountAct.REQUEST, payer, operator)
        with closing(context.spool.create()) as spool:
            write = _write_list if is_list else _write_messages
            sha256 = write(tx, _Letter(change, profile, about), spool, new_file)
        form = OPENING_LIST if is_list else profile.opening
        request = AccountRequest(change_id=change.id, partner=partner, form=form, asked=count, sha256=sha256)
        exchange.add(tx, request)
        openings.take(tx, change.id)
        told: dict[str, str | int] = {"payer": payer, "kind": change.kind, "partner": partner, "form": form}
        digest = register.told_digest(tx, change.id).hex()
        tx.record(operator, "account open", change.reference, digest, **told, asked=count, file=sha256)
        return change, request


@dataclass(frozen=True, slots=True)
class _Letter:
    """Who asks whom, and under which name."""

    change: AccountChange
    profile: Profile
    payer: Payer


def _rows(tx: Transaction, letter: _Letter) -> Iterator[tuple[str, Owned, Mapping[str, str]]]:
    """(question, whose account it shall be, the roster's words)."""
    for row in openings.staged(tx):
        values = json.loads(tx.vault.open(bytes(row.personal), f"roster_line:{row.id}"))
        yield question_id(letter.change.reference, row.id), owned(values, letter.profile.napas_bin), values


def _write_list(tx: Transaction, letter: _Letter, spool: BinaryIO, new_file: NewFile) -> str:
    """SHA-256 of the list."""
    columns = letter.profile.account_list.wanted
    rows = (
        {"question": question, "owner_id": each.owner_id, "owner": each.owner, "phone": values["phone"],
         "address": values["address"], "birth": "" if values["payee_name"] else values["birth"]}
        for question, each, values in _rows(tx, letter)
    )  # fmt: skip
    tabular.write_csv(spool, list(columns.values()), ([row[name] for name in columns] for row in rows))
    with new_file("") as sink:
        return copied(spool, sink).hex()


def _write_messages(tx: Transaction, letter: _Letter, spool: BinaryIO, new_file: NewFile) -> str:
    """An acmt.007 for each person, read back before it counts; SHA-256 over the SHA-256 of each."""
    version, whole = letter.profile.opening, hashlib.sha256()
    for question, each, _values in _rows(tx, letter):
        spool.seek(0)
        spool.truncate()
        rendered = acmt.render_opening(_opening(letter, question, each), spool, version)
        if acmt.check(spool, version) != (rendered.sha256, rendered.values):
            raise Tampered("account_request_differs", request=letter.change.reference)
        with new_file(f"{question}.xml") as sink:
            whole.update(copied(spool, sink))
    return whole.hexdigest()


def _opening(letter: _Letter, question: str, each: Owned) -> acmt.Opening:
    profile, payer = letter.profile, letter.payer
    created = datetime.fromisoformat(letter.change.made_at).replace(microsecond=0)
    kind = IDENTITY_NUMBER if each.owner_id else None
    return acmt.Opening(
        message_id=question,
        created=created,
        process_id=question,
        process_created=created,
        payer=pain001.Party(
            payer.name, organisation_id=payer.tax_id, address=pain001.Address(town=payer.town, country="VN")
        ),
        servicer=agent(profile, profile.napas_bin),
        owner=acmt.Person(wording.name_for(profile, each.owner), each.owner_id or None, kind),
        currency=profile.currency,
        account_type=_CURRENT_ACCOUNT,
    )
