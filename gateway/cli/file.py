"""``file``: files sent and received."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.explain import explain_files
from gateway.cli.lazy import Group
from gateway.cli.messages import explain, phrase, state_word
from gateway.cli.options import beginning, listing
from gateway.cli.reprocess import reprocess_files
from gateway.cli.resolve import mark_delivered, resolve_file
from gateway.cli.session import Session, acting_user, local, money, pass_session
from gateway.cli.words import N_, _
from gateway.domain.errors import NotFound
from gateway.domain.states import FileState, InboundState

if TYPE_CHECKING:
    from gateway.store.store import Transaction
    from gateway.store.tables import FileIn, FileOut, WireObject


@click.group(cls=Group, help=N_("Files sent and received."))
def file() -> None:
    pass


file.add_command(explain_files)
file.add_command(reprocess_files)
file.add_command(resolve_file)
file.add_command(mark_delivered)


@file.command("list", help=N_("Files out and in, newest first."), epilog="chitra file list --state unknown")
@listing([*FileState, *InboundState])
@click.option("--direction", type=click.Choice(["out", "in"]), help=N_("Only sent, or only received."))
@click.option("--partner", metavar="CODE", help=N_("Only of this partner."))
@pass_session
def list_(
    session: Session, state: str | None, since: datetime | None, limit: int, direction: str | None, partner: str | None
) -> int:
    from gateway.store import browse

    narrowed = {"state": state, "since": beginning(since), "direction": direction, "partner": partner}
    with session.app.store.read() as tx:
        rows = [dict(row._mapping) for row in browse.files(tx, limit, **narrowed)]
    session.output.table(
        [_("File"), _("Direction"), _("Partner"), _("Message"), _("Name"), _("State"), _("Attempts"), _("At")],
        [
            [r["file"], phrase(r["direction"]), r["partner"], r["message"] or "", r["name"], state_word(r["state"]),
             r["attempts"] or "", local(r["at"])]
            for r in rows
        ],
        numbers=[6],
    )  # fmt: skip
    session.output.document({"files": rows})
    return 0


@file.command(
    "show", help=N_("One file: its attempts, its history, what the schema says."), epilog="chitra file show ID"
)
@click.argument("file_id", metavar="ID")
@pass_session
def show(session: Session, file_id: str) -> int:
    with session.app.store.read() as tx:
        ours, theirs = _find(tx, file_id)
        document = _document_out(session, tx, ours) if ours else _document_in(tx, theirs) if theirs else {}
    _say(session, document)
    session.output.document(document)
    return 0


@file.command(
    "export",
    help=N_("The exact bytes as they were sent or received (wire), or the signed message inside (message)."),
    epilog="chitra file export ID -o payments.xml",
)
@click.argument("file_id", metavar="ID")
@click.option(
    "-o", "--output", "path", required=True, type=click.Path(dir_okay=False, path_type=Path),
    help=N_("Where to; a file that exists is never overwritten."),
)  # fmt: skip
@click.option("--form", type=click.Choice(["wire", "message", "signature"]), default="wire", show_default=True,
              help=N_("As it travels, as it was signed, or the signature beside it."))  # fmt: skip
@pass_session
def export(session: Session, file_id: str, path: Path, form: str) -> int:
    from gateway.cli.target import new_file
    from gateway.store import blobs

    store = session.app.store
    with store.read() as tx:
        name, sha256 = _bytes_of(tx, file_id, form)
    with new_file(path) as target:
        with store.begin() as tx:
            tx.record(acting_user(), "file export", file_id, sha256, form=form)
        with store.read() as tx:
            size_bytes = sum(target.write(part) for part in blobs.parts(tx, sha256))
    session.output.say(_("{path}: {size} bytes, sha256 {sha256}").format(path=path, size=size_bytes, sha256=sha256))
    session.output.document(
        {"file": file_id, "name": name, "form": form, "path": str(path), "sha256": sha256, "size_bytes": size_bytes}
    )
    return 0


def _find(tx: Transaction, file_id: str) -> tuple[FileOut | None, FileIn | None]:
    """A file out by its message id, or a file in by its reference; raises ``NotFound``."""
    from gateway.store import evidence, files

    try:
        return files.find(tx, file_id), None
    except NotFound:
        return None, evidence.find(tx, file_id)


def _bytes_of(tx: Transaction, file_id: str, form: str) -> tuple[str, str]:
    """(name, sha256) of the stored bytes; what we receive travels as it was signed."""
    from gateway.store import files

    ours, theirs = _find(tx, file_id)
    if theirs is not None:
        if form != "signature":
            return theirs.name, theirs.sha256
        if theirs.signature_sha256 is None:
            raise NotFound("no_signature_beside", file=file_id)
        return theirs.name, theirs.signature_sha256
    assert ours is not None
    if ours.sha256 is None:
        raise NotFound("file_not_sealed", file=file_id)
    wire, *beside = files.wire_objects(tx, ours.id)
    if form == "signature":
        return _signature_of(file_id, beside)
    return (wire.name, wire.sha256) if form == "wire" else (_inside(wire), ours.sha256)


def _inside(wire: WireObject) -> str:
    """The name of the message in it."""
    return wire.name if wire.encrypted_to is None else wire.name.removesuffix(".pgp")


def _signature_of(file_id: str, beside: list[WireObject]) -> tuple[str, str]:
    if not beside:
        raise NotFound("no_signature_beside", file=file_id)
    return beside[0].name, beside[0].sha256


def _document_out(session: Session, tx: Transaction, row: FileOut) -> dict[str, Any]:
    from gateway.store import files

    return {
        "file": row.message_id,
        "direction": "out",
        "partner": row.partner,
        "message": row.message,
        "name": row.name,
        "sha256": row.sha256,
        "state": row.state,
        "overdue": row.overdue,
        "batch": row.batch_id,
        "payments": row.payments,
        "amount": row.amount,
        "currency": row.currency,
        "execution_date": row.execution_date,
        "created_at": row.created_at,
        "sent_at": row.sent_at,
        **_deadlines(session, row),
        "key_id": row.key_id,
        "wire": [each.model_dump(exclude={"file_id", "ordinal"}) for each in files.wire_objects(tx, row.id)],
        "attempts": [each.model_dump(exclude={"file_id"}) for each in files.attempts(tx, row.id)],
        "history": _history(tx, "file_out", row.message_id),
        "findings": [],
    }


def _deadlines(session: Session, row: FileOut) -> dict[str, str | None]:
    """By when an answer is due; none for a partner that is no longer configured."""
    from gateway.usecases.close import Deadlines, deadlines

    partner = session.app.context.partners.get(row.partner)
    due = deadlines(partner.profile, row) if partner else Deadlines(None, None)
    named = {"overdue_at": due.overdue_at, "person_at": due.person_at}
    return {name: moment.isoformat() if moment else None for name, moment in named.items()}


def _document_in(tx: Transaction, row: FileIn) -> dict[str, Any]:
    from gateway.store import browse

    return {
        "file": row.reference,
        "direction": "in",
        "partner": row.partner,
        "message": row.message,
        "name": row.name,
        "folder": row.folder,
        "sha256": row.sha256,
        "size_bytes": row.size_bytes,
        "state": row.state,
        "error": {"code": row.code, "message": explain(row.code, json.loads(row.params))} if row.code else None,
        "proof": row.proof,
        "key_id": row.key_id,
        "received_at": row.received_at,
        "archived_at": row.archived_at,
        "attempts": [],
        "history": _history(tx, "file_in", row.reference),
        "findings": [dict(each._mapping) for each in browse.findings(tx, row.id)],
    }


def _history(tx: Transaction, kind: str, subject: str) -> list[dict[str, Any]]:
    from gateway.store import browse

    return [
        {"at": move.at, "from": move.source, "to": move.target, "evidence": move.evidence}
        for move in browse.history(tx, kind, subject)
    ]


def _say(session: Session, document: dict[str, Any]) -> None:
    output = session.output
    output.say(f"{document['file']}  {document['partner']}  {document['name']}  {state_word(document['state'])}")
    output.say(f"{document['message'] or ''}  sha256 {document['sha256'] or '-'}")
    if document["direction"] == "out":
        output.say(f"{document['payments']} / {money(document['amount'], document['currency'])}")
        if document["overdue_at"] and document["state"] == "sent":
            due = _("Answer due by {overdue_at}, then a person asks at {person_at}.")
            output.say(due.format(**{name: local(document[name]) for name in ("overdue_at", "person_at")}))
    elif document["error"]:
        output.say(document["error"]["message"])
    output.table(
        [_("Attempt"), _("Began"), _("Released"), _("Ended"), _("Outcome")],
        [
            [a["number"], local(a["started_at"]), local(a["releasing_at"]), local(a["ended_at"]), a["outcome"] or ""]
            for a in document["attempts"]
        ],
    )
    output.table(
        [_("At"), _("State"), _("Evidence")],
        [[local(h["at"]), state_word(h["to"]), h["evidence"]] for h in document["history"]],
    )
    if document["findings"]:
        findings = [[f["path"], f["rule"], f["message"]] for f in document["findings"]]
        output.table([_("Place"), _("Rule"), _("Finding")], findings)
