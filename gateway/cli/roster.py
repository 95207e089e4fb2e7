"""``roster``: who is entitled to what, as communes tell it, and what a person must look at."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.lazy import Group
from gateway.cli.messages import explain, phrase, state_word
from gateway.cli.options import (
    LIMIT,
    NUMBER_MAX,
    REASON_TOLD,
    as_date,
    beginning,
    permit,
    plain_name,
    seekable,
    unmasking,
)
from gateway.cli.session import Session, local, pass_session
from gateway.cli.words import N_, _
from gateway.domain.identifiers import masked, masked_name
from gateway.domain.roster import ItemState

if TYPE_CHECKING:
    from gateway.ports import Vault
    from gateway.store.tables import WorkItem
    from gateway.usecases.roster.importing import Imported

_COUNTS = ("rows", "added", "changed", "same", "unusable", "absent")
_SHOWN_MAX = 50
_PAYER = click.option("--payer", help=N_("Paying authority; needed when there are several."))
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group(cls=Group, help=N_("Who is entitled to what: lists of communes, compared and cleaned."))
def roster() -> None:
    pass


@roster.command(
    "import",
    help=N_("Compare a list of people with the roster and take over what is certain; the rest waits for a person."),
    epilog="chitra roster import list.xlsx --programme btxh --operator maker --as-of 2026-11-20",
)
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--programme", required=True, help=N_("Welfare programme, as you name it."))
@click.option("--operator", required=True, help=N_("Who imports (a maker)."))
@_PAYER
@click.option("--commune", default="", metavar="CODE", help=N_("Code of the commune of rows that do not give one."))
@click.option(
    "--province",
    default="",
    metavar="CODE",
    help=N_("Where communes lie that are told by name (2 digits); without it that of --commune."),
)
@click.option(
    "--as-of",
    type=_DAY,
    metavar="YYYY-MM-DD",
    help=N_("The day whose state the list tells; today without it."),
)
@pass_session
def import_(session: Session, /, path: Path, payer: str | None, as_of: datetime | None, **told: str) -> int:
    from gateway.usecases.roster.importing import Request, import_list

    app, name = session.app, plain_name(path)
    with session.output.working(_("Importing {file}").format(file=name)), seekable(path, app.spool) as source:
        request = Request(source, name, app.config.payer(payer), as_of=as_date(as_of), **told)
        imported = import_list(app.context, request)
    return _show_import(session, imported)


def _show_import(session: Session, imported: Imported) -> int:
    from gateway.store.roster import browse

    output, file = session.output, imported.file
    with session.app.store.read() as tx:
        found = browse.items(tx, NUMBER_MAX, state=ItemState.OPEN, roster=file.reference)
    problems = [_problem(each) for each in found]
    _table(session, problems)
    for noted in imported.notes:
        output.say(explain(noted.code, noted.params))
    if imported.already_seen:
        output.say(_("This list is known as {roster}; nothing changed.").format(roster=file.reference))
    else:
        output.say(_totals(file))
    notes = [{"field": n.field, "code": n.code, "message": explain(n.code, n.params)} for n in imported.notes]
    output.document(_file(file) | {"problems": problems, "notes": notes, "already_seen": imported.already_seen})
    return 3 if problems else 0


def _totals(file: Any) -> str:
    told = _("List {roster} of {as_of}: {rows} rows; {added} new, {changed} changed, {same} as before,"
             " {unusable} not usable; {absent} known people are not in it.")  # fmt: skip
    return told.format(roster=file.reference, as_of=file.as_of, **{name: getattr(file, name) for name in _COUNTS})


def _table(session: Session, problems: list[dict[str, Any]]) -> None:
    session.output.table(
        [_("Item"), _("Row"), _("Field"), _("Blocks"), _("Problem")],
        [
            [p["item"], _place(p), p["field"], _("yes") if p["blocking"] else "", p["message"]]
            for p in problems[:_SHOWN_MAX]
        ],
        numbers=[0, 1],
    )
    if len(problems) > _SHOWN_MAX:
        session.output.say(_("... and {count} more; --json lists all.").format(count=len(problems) - _SHOWN_MAX))


def _place(told: Mapping[str, Any]) -> str:
    """Sheet and row as a person finds them."""
    return f"{told['sheet']} {told['row'] or ''}".strip()


def _problem(row: Any) -> dict[str, Any]:
    params = json.loads(row.params)
    return {
        "item": row.id,
        "sheet": row.sheet,
        "row": row.row,
        "field": row.field,
        "code": row.code,
        "message": explain(row.code, params),
        "blocking": bool(row.blocking),
        "state": row.state,
    }


def _file(row: Any) -> dict[str, Any]:
    named = {"roster": row.reference, "payer": row.payer, "programme": row.programme, "as_of": row.as_of}
    return named | {"name": row.source_name} | {name: getattr(row, name) for name in _COUNTS}


@roster.command(
    "list", help=N_("Lists that were imported, newest first."), epilog="chitra roster list --since 2026-11-01"
)
@click.option("--since", type=_DAY, metavar="YYYY-MM-DD", help=N_("Only from this day on, YYYY-MM-DD."))
@LIMIT
@pass_session
def list_(session: Session, since: datetime | None, limit: int) -> int:
    from gateway.store.roster import browse

    with session.app.store.read() as tx:
        rows = browse.files(tx, limit, beginning(since))
    session.output.table(
        [_("List"), _("Payer"), _("Programme"), _("As of"), _("Rows"), _("New"), _("Changed"), _("Not usable"),
         _("Open items"), _("Imported")],
        [
            [r.reference, r.payer, r.programme, r.as_of, r.rows, r.added, r.changed, r.unusable, r.open_items,
             local(r.made_at)]
            for r in rows
        ],
        numbers=[4, 5, 6, 7, 8],
    )  # fmt: skip
    documents = [_file(row) | {"open_items": row.open_items, "imported_at": row.made_at} for row in rows]
    session.output.document({"rosters": documents})
    return 0


@roster.command(
    "show", help=N_("One list: what it changed, and what it made people look at."), epilog="chitra roster show ID"
)
@click.argument("reference", metavar="ID")
@pass_session
def show(session: Session, reference: str) -> int:
    from gateway.store.roster import browse

    with session.app.store.read() as tx:
        file = browse.file(tx, reference)
        kinds = [dict(row._mapping) for row in browse.kinds(tx, file.change_id)]
    session.output.say(_totals(file))
    session.output.table(
        [_("Problem"), _("Field"), _("Blocks"), _("State"), _("Items")],
        [[k["code"], k["field"], _("yes") if k["blocking"] else "", state_word(k["state"]), k["items"]] for k in kinds],
        numbers=[4],
    )
    session.output.document(_file(file) | {"imported_by": file.actor, "imported_at": file.made_at, "kinds": kinds})
    return 0


@roster.command(
    "diff",
    help=N_("What a list changed, person by person: who is new, and whose details are others."),
    epilog="chitra roster diff ID",
)
@click.argument("reference", metavar="ID")
@unmasking
@pass_session
def diff(session: Session, reference: str, unmask: bool, reason: str | None) -> int:
    from gateway.store.roster import browse

    shown = permit(session, unmask, reason, f"roster {reference}")
    with session.app.store.read() as tx:
        file = browse.file(tx, reference)
        rows = [_difference(tx.vault, row, shown) for row in browse.differences(tx, file.change_id)]
        items = browse.items(tx, NUMBER_MAX, roster=reference, code="absent_in_list")
    session.output.table(
        [_("Row"), _("Change"), _("Person"), _("Name"), _("Fields")],
        [[_place(r), phrase(r["change"]), r["beneficiary_id"], r["name"], ", ".join(r["fields"])] for r in rows],
        numbers=[0],
    )
    session.output.say(_totals(file))
    session.output.document(_file(file) | {"changes": rows, "absent_items": [each.id for each in items]})
    return 0


def _difference(vault: Vault, row: Any, shown: bool) -> dict[str, Any]:
    now = _opened(vault, row.personal, f"roster_line:{row.id}")
    was = _opened(vault, row.was, f"roster_line:{row.was_id}") if row.was is not None else {}
    fields = sorted(name for name in now if was and now[name] != was.get(name, ""))
    return {"sheet": row.sheet, "row": row.row, "change": row.change, "fields": fields, **_person(now, shown)}


def _opened(vault: Vault, envelope: bytes, context: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(vault.open(bytes(envelope), context))
    return found


def _person(values: Mapping[str, str], shown: bool) -> dict[str, str]:
    number, name = values.get("beneficiary_id", ""), values.get("name", "")
    return {
        "beneficiary_id": number if shown else masked(number),
        "name": name if shown else masked_name(name),
    }


@roster.command(
    "items",
    help=N_("What a person must look at, oldest first."),
    epilog="chitra roster items --code birth_year_differs",
)
@click.option(
    "--state",
    type=click.Choice(sorted(str(state) for state in ItemState)),
    default=ItemState.OPEN.value,
    show_default=True,
    help=N_("Only in this state."),
)
@click.option("--code", metavar="CODE", help=N_("Only of this kind."))
@click.option("--roster", "reference", metavar="ID", help=N_("Only of this list."))
@click.option("--payer", metavar="CODE", help=N_("Only of this payer."))
@LIMIT
@unmasking
@pass_session
def items(
    session: Session,
    state: str,
    code: str | None,
    reference: str | None,
    payer: str | None,
    limit: int,
    unmask: bool,
    reason: str | None,
) -> int:
    from gateway.store.roster import browse

    shown = permit(session, unmask, reason, "roster items")
    with session.app.store.read() as tx:
        rows = browse.items(tx, limit, state=state, code=code, roster=reference, payer=payer)
        documents = [_item(tx.vault, row, shown) for row in rows]
    session.output.table(
        [_("Item"), _("List"), _("Row"), _("Person"), _("Name"), _("Field"), _("Problem"), _("Suggestion")],
        [
            [d["item"], d["roster"], _place(d), d["beneficiary_id"], d["name"],
             d["field"], d["message"], d["suggestion"]]
            for d in documents
        ],
        numbers=[0, 2],
    )  # fmt: skip
    if not documents:
        session.output.say(_("Nothing needs a person."))
    session.output.document({"items": documents})
    return 0


def _item(vault: Vault, row: Any, shown: bool) -> dict[str, Any]:
    values, suggestion = _about(vault, row)
    return {
        **_problem(row),
        "roster": row.roster,
        "payer": row.payer,
        "programme": row.programme,
        "suggestion": suggestion if shown else masked(suggestion),
        "reason": row.reason,
        **_person(values, shown),
    }


def _about(vault: Vault, row: Any) -> tuple[Mapping[str, str], str]:
    """Whom an item is about: the row of the list, or the roster's version; and what the value might have been."""
    if row.personal is not None:
        content = json.loads(vault.open(bytes(row.personal), f"work_item:{row.id}"))
        return content["values"], content["suggestion"]
    known = row.known is not None
    return (_opened(vault, row.known, f"roster_line:{row.line_id}") if known else {}), ""


@roster.command(
    "settle",
    help=N_("Say of an item that the list is right, or until when the person is entitled."),
    epilog='chitra roster settle 12 --accept --reason "seen the card" --operator maker',
)
@click.argument("number", metavar="ID", type=click.IntRange(1, NUMBER_MAX))
@click.option("--accept", is_flag=True, help=N_("The list is right as it is."))
@click.option("--stop-after", metavar="YYYY-MM", help=N_("The last month that is paid."))
@REASON_TOLD
@click.option("--operator", required=True, metavar="NAME", help=N_("Who says it (a maker)."))
@pass_session
def settle(session: Session, number: int, accept: bool, stop_after: str | None, reason: str, operator: str) -> int:
    from gateway.usecases.roster.settle import Settlement
    from gateway.usecases.roster.settle import settle as act

    if accept == (stop_after is not None):
        raise click.UsageError(_("Give either --accept or --stop-after."))
    item: WorkItem = act(session.app.context, Settlement(number, operator, reason, stop_after))
    session.output.say(_("Item {item} is {state}.").format(item=item.id, state=state_word(item.state)))
    session.output.document({"item": item.id, "code": item.code, "state": item.state})
    return 0


_EXPORTED = (
    *("payer", "programme", "beneficiary_id", "name", "birth", "sex", "commune", "hamlet", "address", "group", "times"),
    *("since", "until", "payee_name", "payee_id", "relation", "account", "bank", "phone", "note", "blocked"),
)


@roster.command(
    "export",
    help=N_("Everybody who is entitled, as a list for a spreadsheet; holds personal data."),
    epilog='chitra roster export -o roster.csv --reason "for the commune"',
)
@click.option(
    "-o",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help=N_("Where to write it; CSV or XLSX."),
)
@click.option("--payer", metavar="CODE", help=N_("Only of this payer."))
@click.option("--programme", help=N_("Only of this programme."))
@REASON_TOLD
@pass_session
def export(session: Session, target: Path, payer: str | None, programme: str | None, reason: str) -> int:
    from formats import tabular
    from gateway.cli.target import new_file
    from gateway.store.roster import browse

    write = tabular.write_xlsx if target.suffix.lower() == ".xlsx" else tabular.write_csv
    permit(session, True, reason, "roster export")
    with session.app.store.read() as tx, new_file(target) as sink:
        counted = _Counted(_exported(tx.vault, row) for row in browse.everybody(tx, payer, programme))
        write(sink, _EXPORTED, counted)
    session.output.say(_("{count} people in {file}.").format(count=counted.count, file=target))
    session.output.document({"file": str(target), "people": counted.count})
    return 0


class _Counted:
    """Rows on their way, counted."""

    def __init__(self, rows: Iterable[list[str | int]]) -> None:
        self._rows, self.count = rows, 0

    def __iter__(self) -> Iterator[list[str | int]]:
        for row in self._rows:
            self.count += 1
            yield row


def _exported(vault: Vault, row: Any) -> list[str | int]:
    values = _opened(vault, row.personal, f"roster_line:{row.id}")
    told = values | {
        name: getattr(row, name) or "" for name in ("payer", "programme", "times", "since", "until", "blocked")
    }
    return [told[name] for name in _EXPORTED]
