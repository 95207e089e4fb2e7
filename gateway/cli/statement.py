"""``statement``: account statements of partners, and files that a person brings."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.lazy import Group
from gateway.cli.messages import explain, kind_word, state_word, status_word
from gateway.cli.options import LIMIT, NUMBER_MAX, as_date, listing, lying_beside, plain_name, seekable
from gateway.cli.session import Session, money, pass_session
from gateway.cli.words import N_, _

if TYPE_CHECKING:
    from gateway.usecases.received import Received

_TIES = {True: N_("ties"), False: N_("does not tie"), None: ""}
_OF_A_FILE_MAX = 10_000
_EXPECTED_DAYS = 14


@click.group(cls=Group, help=N_("Account statements."))
def statement() -> None:
    pass


@statement.command(
    "list",
    help=N_("Statements, newest first; state says whether opening + entries = closing."),
    epilog="chitra statement list --since 2026-11-01 --state differs",
)
@listing(["ties", "differs", "open"])
@click.option("--partner", metavar="CODE", help=N_("Only of this partner."))
@pass_session
def list_(session: Session, state: str | None, since: datetime | None, limit: int, partner: str | None) -> int:
    from gateway.store import browse

    with session.app.store.read() as tx:
        rows = browse.statements(tx, limit, state, since=as_date(since), partner=partner)
    _table(session, rows)
    session.output.document({"statements": [_summary(row) for row in rows]})
    return 0


@statement.command("show", help=N_("One statement: its balances and its entries."), epilog="chitra statement show ID")
@click.argument("number", metavar="ID", type=click.IntRange(1, NUMBER_MAX))
@LIMIT
@pass_session
def show(session: Session, number: int, limit: int) -> int:
    from gateway.store import browse

    with session.app.store.read() as tx:
        row = browse.statement(tx, number)
        balances, lines = browse.balances(tx, number), browse.entries(tx, number, limit)
    output = session.output
    _table(session, [row])
    output.table(
        [_("Balance"), _("Date"), _("Amount")],
        [[b.kind, b.date or "", money(b.amount, b.currency)] for b in balances],
        numbers=[2],
    )
    output.table(
        [_("Entry"), _("Status"), _("Booked"), _("Amount"), _("Reference"), _("Payments"), _("Use")],
        [
            [e.ordinal, status_word(e.status), e.booking_date or "", money(e.amount, e.currency),
             e.servicer_reference or e.reference or "", e.details, e.reason or e.disposition]
            for e in lines
        ],
        numbers=[3, 5],
    )  # fmt: skip
    output.document(
        _summary(row) | {"balances": [dict(b._mapping) for b in balances], "lines": [dict(e._mapping) for e in lines]}
    )
    return 0


@statement.command(
    "chain",
    help=N_("The statements of an account as a chain, newest first, with what is wrong at each."),
    epilog="chitra statement chain --partner CODE --account NUMBER",
)
@click.option("--partner", required=True, metavar="CODE", help=N_("Whose statements."))
@click.option("--account", required=True, metavar="NUMBER", help=N_("Which account of ours."))
@LIMIT
@pass_session
def chain(session: Session, partner: str, account: str, limit: int) -> int:
    from gateway.usecases.chain import rows_of

    context = session.app.context
    with session.app.store.read() as tx:
        rows = rows_of(context, tx, context.partner(partner), account)[-limit:][::-1]
    session.output.table(
        [_("Statement number"), _("From"), _("To"), _("Pages"), _("Opening"), _("Entries"), _("Closing"), _("Wrong")],
        [
            [_number(r.sequence, r.legal_sequence), r.first, r.last, r.pages, money(r.opening, r.currency),
             money(r.entry_sum, r.currency), money(r.closing, r.currency), ", ".join(map(kind_word, r.wrong))]
            for r in rows
        ],
        numbers=[4, 5, 6],
    )  # fmt: skip
    session.output.document({"chain": [asdict(row) for row in rows]})
    return 3 if any(row.wrong for row in rows) else 0


def _number(sequence: int | None, legal_sequence: int | None) -> str:
    """Electronic and legal, as far as there are any."""
    return " / ".join(str(each) for each in (sequence, legal_sequence) if each is not None)


@statement.command(
    "expected",
    help=N_("Which statement is here, late or awaited, where one of every working day is agreed."),
    epilog="chitra statement expected --state late",
)
@listing(["here", "late", "awaited"])
@click.option("--partner", metavar="CODE", help=N_("Only of this partner."))
@pass_session
def expected(session: Session, state: str | None, since: datetime | None, limit: int, partner: str | None) -> int:
    from gateway.usecases import awaited

    context = session.app.context
    begin = since.date() if since else context.today() - timedelta(days=_EXPECTED_DAYS)
    with session.app.store.read() as tx:
        found = [each for one in context.named(partner) for each in awaited.expected(context, tx, one, begin)]
    found = [each for each in sorted(found, key=lambda each: (each.day, each.partner, each.account), reverse=True)
             if state is None or each.state == state][:limit]  # fmt: skip
    session.output.table(
        [_("Partner"), _("Account"), _("Day"), _("Until"), _("State")],
        [[e.partner, e.account, e.day.isoformat(), e.by.isoformat(" ", "minutes"), state_word(e.state)] for e in found],
    )
    if not found:
        session.output.say(_("No statement of every working day is agreed."))
    documents = [asdict(each) | {"day": each.day.isoformat(), "by": each.by.isoformat()} for each in found]
    session.output.document({"expected": documents})
    return 3 if any(each.state == "late" for each in found) else 0


@statement.command(
    "import",
    help=N_(
        "Bring in a statement by hand, with its signature (FILE.p7s, FILE.sig) beside it where the partner signs so."
        " The partner's own proof counts; without it nothing moves."
    ),
    epilog="chitra statement import statement.xml --partner CODE",
)
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--partner", required=True, metavar="CODE", help=N_("Who made it; may be somebody not configured."))
@pass_session
def import_(session: Session, path: Path, partner: str) -> int:
    from gateway.store import browse, evidence
    from gateway.usecases import gravity
    from gateway.usecases.statement_import import import_statement
    from gateway.usecases.take import SIGNATURE_BYTES_MAX

    name, beside = plain_name(path), lying_beside(path, SIGNATURE_BYTES_MAX)
    with session.output.working(_("Importing {file}").format(file=name)), seekable(path, session.app.spool) as source:
        received = import_statement(session.app.context, source, name, partner, beside)
    with session.app.store.read() as tx:
        file = evidence.find(tx, received.file)
        statements = browse.statements(tx, _OF_A_FILE_MAX, file_in=file.id)[::-1]
        findings = [dict(row._mapping) for row in browse.findings(tx, file.id)]
        kinds = sorted({row.kind for row in browse.exceptions(tx, _OF_A_FILE_MAX, file_in=file.id)})
    _say_imported(session, received, statements, findings, kinds)
    session.output.document(
        {
            "file": received.file,
            "partner": partner,
            "name": name,
            "message": file.message,
            "state": file.state,
            "statements": [_summary(row) for row in statements],
            "entries": sum(row.entries for row in statements),
            "moved": received.matched.moved,
            "findings": findings,
            "exceptions": kinds,
            "error": _error(received),
        }
    )
    return gravity.gravest([gravity.of_received(received), 3 if findings or kinds else 0])


def _say_imported(
    session: Session, received: Received, statements: list[Any], findings: list[dict[str, Any]], kinds: list[str]
) -> None:
    output = session.output
    output.say(f"{received.file}  {received.name}  {state_word(received.state)}")
    if received.error:
        output.note(received.error.code, received.error.params)
    _table(session, statements)
    if findings:
        output.table([_("Place"), _("Rule"), _("Finding")], [[f["path"], f["rule"], f["message"]] for f in findings])
    for kind in kinds:
        output.say(kind_word(kind))


def _error(received: Received) -> dict[str, str] | None:
    error = received.error
    return {"code": error.code, "message": explain(error.code, error.params)} if error else None


def _table(session: Session, rows: list[Any]) -> None:
    session.output.table(
        [_("Statement"), _("Partner"), _("Message"), _("Account"), _("To"), _("Opening"), _("Entries"), _("Closing"),
         _("Check")],
        [
            [r.id, r.partner, r.version, r.account or "", r.to_date or "", money(r.opening, r.currency), r.entries,
             money(r.closing, r.currency), _(_TIES[_ties(r)])]
            for r in rows
        ],
        numbers=[5, 6, 7],
    )  # fmt: skip


def _summary(row: Any) -> dict[str, Any]:
    return {
        "statement": row.id,
        "partner": row.partner,
        "file": row.file,
        "message": row.message,
        "version": row.version,
        "account": row.account,
        "currency": row.currency,
        "from": row.from_date,
        "to": row.to_date,
        "sequence": row.sequence,
        "page": row.page,
        "opening": row.opening,
        "closing": row.closing,
        "entries": row.entries,
        "entry_sum": row.entry_sum,
        "ties": _ties(row),
    }


def _ties(row: Any) -> bool | None:
    """SQLite gives 0 and 1."""
    return None if row.ties is None else bool(row.ties)
