"""``batch``: payment lists from import to approval."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.amend import amend_batch, amendments_of, say_amendments
from gateway.cli.build import build_batch
from gateway.cli.lazy import Group
from gateway.cli.messages import explain, phrase, state_word
from gateway.cli.options import ACTING_PASSPHRASE_FILE, OPERATOR, beginning, listing, plain_name, seekable
from gateway.cli.problems import show_problems
from gateway.cli.repay import repay_batch
from gateway.cli.session import Session, local, money, pass_session
from gateway.cli.signals import acknowledge_signals, showing_signals, signals
from gateway.cli.words import N_, _
from gateway.domain.states import BatchState

if TYPE_CHECKING:
    from gateway.store.store import Transaction
    from gateway.store.tables import Batch
    from gateway.usecases.approve import Decided
    from gateway.usecases.intake import Imported


@click.group(cls=Group, help=N_("Payment lists: import, show, submit, approve."))
def batch() -> None:
    pass


batch.add_command(build_batch)
batch.add_command(repay_batch)
batch.add_command(amend_batch)
batch.add_command(signals)
batch.add_command(acknowledge_signals)


@batch.command(
    "import",
    help=N_("Import a CSV or XLSX list; every problem of every row is reported, nothing is half imported."),
    epilog="chitra batch import list.csv --programme pension --period 2026-11 --operator maker",
)
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--programme", required=True, help=N_("Welfare programme, as you name it."))
@click.option("--period", required=True, help=N_("Month of payment, YYYY-MM."))
@click.option("--operator", required=True, help=N_("Who imports (a maker)."))
@click.option("--payer", help=N_("Paying authority; needed when there are several."))
@pass_session
def import_(session: Session, path: Path, programme: str, period: str, operator: str, payer: str | None) -> int:
    from gateway.usecases.intake import Request, import_batch

    app = session.app
    code = app.config.payer(payer)
    name = plain_name(path)
    with session.output.working(_("Importing {file}").format(file=name)), seekable(path, app.spool) as source:
        request = Request(source, name, programme, period, operator, code)
        imported = import_batch(app.context, request, dict(app.config.columns))
    return show_import(session, imported)


def show_import(session: Session, imported: Imported, **beside: Any) -> int:
    """The outcome of an import; ``beside`` goes into the document."""
    output, row = session.output, imported.batch
    problems = [
        {"row": p.row, "field": p.field, "code": p.code, "message": explain(p.code, p.params)}
        for p in imported.problems
    ]
    show_problems(output, imported.problems)
    for noted in imported.notes:
        output.say(explain(noted.code, noted.params))
    if imported.already_seen:
        output.say(_("These rows are known as batch {batch}; nothing changed.").format(batch=row.id))
    elif problems:
        output.say(_("Batch {batch} is invalid: correct the rows and import again.").format(batch=row.id))
    else:
        text = _("Batch {batch}: {payments} payments, {amount}. Next: chitra batch submit {batch} --operator {maker}")
        output.say(
            text.format(batch=row.id, payments=row.payments, amount=money(row.amount, row.currency), maker=row.maker)
        )
    notes = [{"field": n.field, "code": n.code, "message": explain(n.code, n.params)} for n in imported.notes]
    told = {"problems": problems, "notes": notes, "already_seen": imported.already_seen}
    output.document(_summary(row) | told | beside)
    return 3 if problems else 0


def _summary(row: Batch) -> dict[str, Any]:
    return {
        "batch": row.id,
        "state": row.state,
        "payments": row.payments,
        "amount": row.amount,
        "currency": row.currency,
    }


def _decision(name: str, help_: str, act: str) -> Callable[..., int]:
    """One signed act on a batch as a command."""

    @batch.command(name, help=help_, epilog=f"chitra batch {name} ID --operator NAME")
    @click.argument("batch_id", metavar="ID")
    @OPERATOR
    @ACTING_PASSPHRASE_FILE
    @pass_session
    def command(session: Session, batch_id: str, operator: str, passphrase_file: Path | None) -> int:
        from gateway.usecases import approve as acts

        session.operator_passphrase = passphrase_file
        key = session.app.operator_key(operator)
        with showing_signals(session, batch_id):
            decided: Decided = getattr(acts, act)(session.app.context, batch_id, operator, key)
        return _show_decided(session, decided)

    return command


_decision("submit", N_("Hand a batch over to the checkers."), "submit")
_decision("approve", N_("Approve a batch; the last approval needed releases it for sending."), "approve")
_decision(
    "release",
    N_("Sign as the releaser, after the checkers, where the batch needs one; neither maker nor checker."),
    "release",
)
_decision("reject", N_("Refuse a batch; its payments are cancelled."), "reject")
_decision("cancel", N_("Take a batch back before files are made."), "cancel")


def _show_decided(session: Session, decided: Decided) -> int:
    row = decided.batch
    text = _("Batch {batch} is {state}; approved by: {people} ({have} of {need}).")
    session.output.say(
        text.format(
            batch=row.id,
            state=state_word(row.state),
            people=", ".join(decided.approvals) or "-",
            have=len(decided.approvals),
            need=decided.required.checkers + decided.required.releaser,
        )
    )
    if decided.missing:
        session.output.say(_missing_words(decided.missing.checkers, decided.missing.releaser))
    session.output.document(
        {
            "batch": row.id,
            "state": row.state,
            "approvals": decided.approvals,
            "content_sha256": (row.content_sha256 or b"").hex(),
            "required": asdict(decided.required),
            "missing": asdict(decided.missing),
        }
    )
    return 0


def _missing_words(checkers: int, releaser: bool) -> str:
    told = [_("{count} checkers").format(count=checkers)] if checkers else []
    told += [_("a releaser")] if releaser else []
    return _("Still to sign: {people}.").format(people=", ".join(told))


def _signing(tx: Transaction, row: Batch) -> dict[str, Any]:
    """Who must sign, who has, who is missing and who could."""
    from gateway.store import batches

    needed, missing = batches.required(tx, row), batches.missing(tx, row)
    lacking = {"checker": missing.checkers > 0, "releaser": missing.releaser}
    return {
        "required": asdict(needed),
        "signed": [
            {"operator": each.approver, "role": each.role, "at": each.approved_at}
            for each, _person in batches.approvals(tx, row.id)
        ],
        "missing": asdict(missing),
        "may_sign": {role: batches.may_sign(tx, row, role) for role, lacks in lacking.items() if lacks},
    }


@batch.command("list", help=N_("Batches, newest first."), epilog="chitra batch list --state submitted")
@listing(BatchState)
@pass_session
def list_(session: Session, state: str | None, since: datetime | None, limit: int) -> int:
    from gateway.store import batches

    with session.app.store.read() as tx:
        rows = batches.listing(tx, state, beginning(since), limit)
    session.output.table(
        [_("Batch"), _("Payer"), _("Programme"), _("Period"), _("State"), _("Payments"), _("Amount"), _("Imported")],
        [
            [r.id, r.payer, r.programme, r.period, state_word(r.state), r.payments, money(r.amount, r.currency),
             local(r.created_at)]
            for r in rows
        ],
        numbers=[5, 6],
    )  # fmt: skip
    documents = [dict(row._mapping) for row in rows]
    session.output.document({"batches": [{"batch": each.pop("id"), **each} for each in documents]})
    return 0


@batch.command("show", help=N_("One batch: its payments by state and by partner, its files, its problems."),
               epilog="chitra batch show ID")  # fmt: skip
@click.argument("batch_id", metavar="ID")
@pass_session
def show(session: Session, batch_id: str) -> int:
    import json

    from gateway.store import batches

    with session.app.store.read() as tx:
        row = batches.find(tx, batch_id)
        by_state, by_partner = batches.sums(tx, batch_id, "state"), batches.sums(tx, batch_id, "partner")
        files = tx.rows("SELECT message_id, state FROM file_out WHERE batch_id = :b ORDER BY id", b=batch_id)
        problems = [
            {"row": p.row, "field": p.field, "code": p.code, "message": explain(p.code, json.loads(p.params))}
            for p in batches.problems(tx, batch_id)
        ]
        signing, amendments = _signing(tx, row), amendments_of(session, tx, batch_id)
    output = session.output
    output.say(f"{row.id}  {row.payer}  {row.programme}  {row.period}  {state_word(row.state)}")
    output.say(f"{row.payments} / {money(row.amount, row.currency)}")
    for heading, sums in ((_("State"), by_state), (_("Partner"), by_partner)):
        words = [[state_word(s.value), s.payments, money(s.amount, row.currency)] for s in sums]
        output.table([heading, _("Payments"), _("Amount")], words, numbers=[1, 2])
    output.table(
        [_("Signed by"), _("Role"), _("At")],
        [[each["operator"], phrase(each["role"]), local(each["at"])] for each in signing["signed"]],
    )
    if row.state in ("ready", "submitted"):
        output.say(_missing_words(**signing["missing"]))
        output.table(
            [_("Role"), _("Who may sign")],
            [[phrase(role), ", ".join(names) or "-"] for role, names in signing["may_sign"].items()],
        )
    say_amendments(session, amendments)
    output.table([_("File"), _("State")], [[f.message_id, state_word(f.state)] for f in files])
    output.table([_("Row"), _("Field"), _("Problem")], [[p["row"], p["field"], p["message"]] for p in problems])
    output.document(
        _summary(row)
        | {
            "by_state": {s.value: {"payments": s.payments, "amount": s.amount} for s in by_state},
            "by_partner": {s.value: {"payments": s.payments, "amount": s.amount} for s in by_partner},
            "content_sha256": (row.content_sha256 or b"").hex(),
            "files": [f.message_id for f in files],
            "predecessor": row.predecessor,
            "problems": problems,
            "signing": signing,
            "amendments": amendments,
        }
    )
    return 0
