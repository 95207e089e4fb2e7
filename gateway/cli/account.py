"""``account``: accounts of people, from the roster and from lists."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.account_exchange import answer, open_, opened_, verify
from gateway.cli.lazy import Group
from gateway.cli.messages import explain, phrase
from gateway.cli.options import (
    ACTING_PASSPHRASE_FILE,
    LIMIT,
    NUMBER_MAX,
    OPERATOR,
    REASON_TOLD,
    permit,
    plain_name,
    seekable,
    unmasking,
)
from gateway.cli.session import Session, local, pass_session
from gateway.cli.words import N_, _
from gateway.domain.accounts import COLLECTED, LISTED, USE, AccountOrigin, AccountStep
from gateway.domain.identifiers import masked, masked_name

if TYPE_CHECKING:
    from gateway.ports import Vault
    from gateway.usecases.accounts.importing import Imported
    from gateway.usecases.accounts.owner import Owned

_SHOWN_MAX = 50
_STATES = [COLLECTED, *(each.value for each in AccountStep if each not in USE)]
_COUNTS = ("rows", "added", "known", "unusable")


@click.group(cls=Group, help=N_("Accounts of people: collected from lists, beside the roster."))
def account() -> None:
    pass


for command in (verify, answer, open_, opened_):
    account.add_command(command)


@account.command(
    "import",
    help=N_("Collect the accounts of a list from VNeID, a bank or a commune; nothing known is changed."),
    epilog="chitra account import vneid.xlsx --from vneid --operator maker",
)
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--from",
    "origin",
    type=click.Choice([each.value for each in LISTED]),
    required=True,
    help=N_("Who sends the list."),
)
@click.option("--operator", required=True, metavar="NAME", help=N_("Who imports (a maker)."))
@click.option("--payer", help=N_("Paying authority; needed when there are several."))
@click.option("--bank", default="", metavar="CODE", help=N_("Bank of rows that do not give one."))
@pass_session
def import_(session: Session, path: Path, origin: str, operator: str, payer: str | None, bank: str) -> int:
    from gateway.usecases.accounts.importing import Request, import_accounts

    app, name = session.app, plain_name(path)
    with session.output.working(_("Importing {file}").format(file=name)), seekable(path, app.spool) as source:
        request = Request(source, name, app.config.payer(payer), origin, operator, bank)
        imported = import_accounts(app.context, request)
    return _show_import(session, imported)


def _show_import(session: Session, imported: Imported) -> int:
    output, problems = session.output, imported.problems
    output.table(
        [_("Row"), _("Field"), _("Problem")],
        [
            [f"{each.sheet} {each.row}".strip(), each.field, explain(each.code, each.params)]
            for each in problems[:_SHOWN_MAX]
        ],
        numbers=[0],
    )
    if len(problems) > _SHOWN_MAX:
        output.say(_("... and {count} more; --json lists all.").format(count=len(problems) - _SHOWN_MAX))
    for note in imported.notes:
        output.say(explain(note.code, note.params))
    told = _("{rows} rows; {added} new accounts, {known} known before, {unusable} rows not taken.")
    counts = {name: getattr(imported, name) for name in _COUNTS}
    output.say(told.format(**counts))
    output.document(
        {
            "change": imported.change.reference if imported.change else None,
            **counts,
            "problems": [
                {"sheet": each.sheet, "row": each.row, "field": each.field, "code": each.code,
                 "message": explain(each.code, each.params)}
                for each in problems
            ],
            "notes": [{"code": each.code, "message": explain(each.code, each.params)} for each in imported.notes],
        }
    )  # fmt: skip
    return 3 if problems else 0


@account.command(
    "list",
    help=N_("Accounts that were told or asked about, newest first, then those that only the roster has."),
    epilog="chitra account list --state mismatch",
)
@click.option("--state", type=click.Choice(_STATES), help=N_("Only in this state."))
@click.option("--unusable", is_flag=True, help=N_("Only those that are credited and cannot be used."))
@click.option(
    "--from", "origin", type=click.Choice([each.value for each in AccountOrigin]), help=N_("Only known from there.")
)
@LIMIT
@unmasking
@pass_session
def list_(
    session: Session,
    state: str | None,
    unusable: bool,
    origin: str | None,
    limit: int,
    unmask: bool,
    reason: str | None,
) -> int:
    from gateway.store.accounts import browse

    shown = permit(session, unmask, reason, "accounts")
    with session.app.store.read() as tx:
        rows = browse.told(tx, limit, origin, state, AccountStep.UNUSABLE.value if unusable else None)
        documents = [_told(tx.vault, row, shown) for row in rows]
        beside = origin in (None, AccountOrigin.ROSTER) and state in (None, COLLECTED) and not unusable
        if beside and len(documents) < limit:
            rows = browse.of_roster(tx, limit - len(documents))
            documents += [_of_roster(tx.vault, row, shown) for row in rows]
    session.output.table(
        [_("Account"), _("Person"), _("Receives"), _("Bank"), _("Number"), _("State"), _("Known from"), _("Since")],
        [
            [d["account"] or "", d["beneficiary_id"], d["owner"], d["bank"], d["number"],
             _state(d), phrase(d["origin"]), local(d["told_at"])]
            for d in documents
        ],
        numbers=[0],
    )  # fmt: skip
    if not documents:
        session.output.say(_("No account is known."))
    session.output.document({"accounts": documents})
    return 0


@account.command(
    "changed",
    help=N_("Accounts that took the place of others a short time ago and are not paid to yet."),
    epilog="chitra account changed --programme btxh",
)
@click.option("--programme", required=True, help=N_("Welfare programme, as you name it."))
@click.option("--payer", help=N_("Paying authority; needed when there are several."))
@unmasking
@pass_session
def changed(session: Session, programme: str, payer: str | None, unmask: bool, reason: str | None) -> int:
    from gateway.domain.identifiers import programme as spelled
    from gateway.store.roster.scope import Roster
    from gateway.usecases.accounts.cooling import waiting

    shown, app = permit(session, unmask, reason, "accounts changed"), session.app
    roster = Roster(app.config.payer(payer), spelled(programme) or programme)
    with app.store.read() as tx:
        documents = [
            {"line": row.id, "since": row.made_at} | _values(_of_line(tx.vault, row), shown)
            for row in waiting(app.context, tx, roster)
        ]
    session.output.table(
        [_("Roster line"), _("Person"), _("Receives"), _("Bank"), _("Number"), _("Since")],
        [[d["line"], d["beneficiary_id"], d["owner"], d["bank"], d["number"], local(d["since"])] for d in documents],
        numbers=[0],
    )
    if not documents:
        session.output.say(_("No account changed a short time ago."))
    session.output.document({"changed": documents})
    return 0


@account.command(
    "release",
    help=N_("Propose that a new account is paid to at once; a second person confirms."),
    epilog='chitra account release 12 --reason "seen the card" --operator checker',
)
@click.argument("line", metavar="LINE", type=click.IntRange(1, NUMBER_MAX))
@REASON_TOLD
@OPERATOR
@ACTING_PASSPHRASE_FILE
@pass_session
def release(session: Session, line: int, reason: str, operator: str, passphrase_file: Path | None) -> int:
    from gateway.cli.decision import propose
    from gateway.usecases.decide import Proposal

    session.operator_passphrase = passphrase_file
    return propose(session, "account release", Proposal(str(line), reason), operator)


@account.command("show", help=N_("One account, and the person's others."), epilog="chitra account show 12")
@click.argument("number", metavar="ID", type=click.IntRange(1, NUMBER_MAX))
@unmasking
@pass_session
def show(session: Session, number: int, unmask: bool, reason: str | None) -> int:
    from gateway.store.accounts import browse

    shown = permit(session, unmask, reason, f"account {number}")
    with session.app.store.read() as tx:
        document = _told(tx.vault, browse.one(tx, number), shown)
        document["in_roster"] = browse.is_paid_to(tx, number)
        others = [_told(tx.vault, row, shown) for row in browse.others(tx, number)]
        history = [_step(tx.vault, row, shown) for row in browse.steps(tx, number)]
    session.output.table(
        [_("About"), _("Value")],
        [
            [_("Person"), document["beneficiary_id"]],
            [_("Receives"), document["owner"]],
            [_("Bank"), document["bank"]],
            [_("Number"), document["number"]],
            [_("Known from"), f"{phrase(document['origin'])}  {document['change']}  {local(document['told_at'])}"],
            [_("State"), _state(document)],
            [_("In the roster"), _("yes") if document["in_roster"] else _("no")],
            *([_("Another account"), f"{o['account']}  {o['bank']} {o['number']}"] for o in others),
        ],
    )
    session.output.table(
        [_("When"), _("State"), _("The bank has"), _("Change"), _("By")],
        [[local(each["at"]), phrase(each["state"]), each["told"], each["change"], each["by"]] for each in history],
    )
    session.output.document(document | {"history": history, "others": others})
    return 0


def _told(vault: Vault, row: Any, shown: bool) -> dict[str, Any]:
    from gateway.usecases.accounts.owner import opened

    about = {"account": row.id, "origin": row.origin, "change": row.reference, "told_at": row.made_at}
    about |= {"state": row.state, "use": row.use}
    return about | _values(opened(vault, row.personal, row.id), shown)


def _of_roster(vault: Vault, row: Any, shown: bool) -> dict[str, Any]:
    about = {"account": None, "origin": AccountOrigin.ROSTER.value, "change": row.reference, "told_at": row.made_at}
    about |= {"state": COLLECTED, "use": None}
    return about | _values(_of_line(vault, row), shown)


def _of_line(vault: Vault, row: Any) -> Owned:
    """By a version of the roster."""
    from gateway.usecases.accounts.owner import owned

    return owned(json.loads(vault.open(bytes(row.personal), f"roster_line:{row.id}")), row.bank)


def _state(document: dict[str, Any]) -> str:
    """Whose it is, and whether it is of use where a bank said so."""
    return ", ".join(phrase(each) for each in (document["state"], document["use"]) if each)


def _step(vault: Vault, row: Any, shown: bool) -> dict[str, Any]:
    from gateway.usecases.accounts.doubts import said

    told = said(vault, row.personal, row.change_id, row.account_id)
    name, number = told.get("known_owner", ""), told.get("known_account", "")
    seen = f"{name if shown else masked_name(name)} {number if shown else masked(number)}".strip()
    return {"at": row.made_at, "state": row.state, "told": seen, "change": row.reference, "by": row.actor}


def _values(account: Owned, shown: bool) -> dict[str, str]:
    hide, hide_name = ((lambda text: text),) * 2 if shown else (masked, masked_name)
    return {
        "beneficiary_id": hide(account.beneficiary_id),
        "owner": hide_name(account.owner),
        "bank": account.bank,
        "number": hide(account.account),
    }
