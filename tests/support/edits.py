"""Stored data edited at random, one place at a time, by somebody who leaves no other trace (A2, T3, M12)."""

from __future__ import annotations

import itertools
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from months.acts import ACTS
from months.play import by_channel, order, sent
from sqlalchemy import Column, Table
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel
from support import accounts
from support.accounts import account_of, collected
from support.gateways import Gateway, copy_of, row
from support.population import asked, confirming, told
from support.postgres import Cluster
from support.rates import LEVEL, RISE, confirmed, proposed
from support.roster import listed, man
from support.tampering import edit

from gateway.anchors import FileAnchors
from gateway.domain.errors import ChitraError
from gateway.store import backup
from gateway.usecases import guard, integrity
from gateway.usecases.poll import poll
from gateway.usecases.roster.settle import Settlement, settle

_TIME = "a time beside the act; the audit record of the act has its own"
_ASKED = "what a later run asks the partner anew before it acts on it"
_TOLD = "words for people; the file or the list itself is kept and checked"
_NOT_DONE = "not done"
_INVALID = "of a list that can never be approved; its bytes are kept and checked"
_WORKED_OUT = "worked out anew at every conclusion or poll"

FREE: Mapping[str, tuple[str, str]] = {
    "account_change.made_at": (_TIME, "1 = 1"),
    "account_answer.source_name": (_TOLD, "1 = 1"),
    "account_file.source_name": (_TOLD, "1 = 1"),
    "allocation.id": ("a number that nothing names", "1 = 1"),
    "allocation.made_at": (_TIME, "1 = 1"),
    "approval.approved_at": (_TIME, "1 = 1"),
    "attempt.ended_at": (_TIME, "1 = 1"),
    "attempt.host_key": (_TOLD, "1 = 1"),
    "attempt.incomplete": (_ASKED, "1 = 1"),
    "attempt.outcome": (_TOLD, "1 = 1"),
    "attempt.releasing_at": (_TIME + "; whether there was a release is checked", "releasing_at IS NOT NULL"),
    "attempt.removed_at": (_ASKED, "1 = 1"),
    "attempt.started_at": (_TIME, "1 = 1"),
    "attempt.temporary": (_ASKED, "1 = 1"),
    "attempt.writing_at": (_ASKED, "1 = 1"),
    "batch.amount": (_INVALID, "state = 'invalid'"),
    "batch.created_at": (_TIME, "1 = 1"),
    "batch.currency": (_INVALID, "state = 'invalid'"),
    "batch.payer": (_INVALID, "state = 'invalid'"),
    "batch.payments": (_INVALID, "state = 'invalid'"),
    "batch.period": (_INVALID, "state = 'invalid'"),
    "batch.predecessor": ("a hint which list this one corrects", "1 = 1"),
    "batch.programme": (_INVALID, "state = 'invalid'"),
    "batch.source_name": (_TOLD, "1 = 1"),
    "batch_report.made_at": (_TIME, "1 = 1"),
    "decision.ended_at": (_TIME, "1 = 1"),
    "population_answer.source_name": (_TOLD, "1 = 1"),
    "population_request.made_at": (_TIME, "1 = 1"),
    "roster_change.made_at": (_TIME, "1 = 1"),
    "roster_file.source_name": (_TOLD, "1 = 1"),
    "decision.evidence_name": (_TOLD, "1 = 1"),
    "decision.lapse": (_TOLD, "lapse IS NOT NULL"),
    "decision.proposed_at": (_TIME, "1 = 1"),
    "entry.reason": (_TOLD + "; whether an entry counts is checked", "1 = 1"),
    "exception.currency": (_TOLD + "; entry and payment have their own", "1 = 1"),
    "exception.amount": (_TOLD + "; entry and payment have their own", "1 = 1"),
    "exception.entry_id": (_TOLD, "detail_id IS NULL"),
    "exception.file_in_id": (_TOLD, "1 = 1"),
    "exception.file_out_id": (_TOLD, "1 = 1"),
    "exception.detail_id": (_TOLD, "1 = 1"),
    "exception.healed_at": (_TIME + "; whether it is over is checked", "healed_at IS NOT NULL"),
    "exception.id": ("a number that only its resolution names", "1 = 1"),
    "exception.kind": (_TOLD, "1 = 1"),
    "exception.opened_at": (_TIME, "1 = 1"),
    "exception.owner": ("who looks after it; each change of it is in the audit record", "1 = 1"),
    "exception.params": (_TOLD, "1 = 1"),
    "exception.partner": (_TOLD, "file_in_id IS NULL AND payment_id IS NULL"),
    "exception.payment_id": (_TOLD, "1 = 1"),
    "exception.statement_id": (_TOLD, "entry_id IS NULL"),
    "file_in.archived_at": (_TIME, "1 = 1"),
    "file_in.code": (_TOLD + "; whether it was set aside is checked", "code IS NOT NULL"),
    "file_in.key_id": (_WORKED_OUT, "state <> 'processed'"),
    "file_in.message": (_WORKED_OUT, "state <> 'processed'"),
    "file_in.name": (_TOLD, "folder = ''"),
    "file_in.params": (_TOLD, "1 = 1"),
    "file_in.proof": (_WORKED_OUT, "state <> 'processed'"),
    "file_in.folder": (_TOLD, "folder = ''"),
    "file_in.received_at": (_TIME, "1 = 1"),
    "file_out.overdue": (_WORKED_OUT, "1 = 1"),
    "file_out.sent_at": (_TIME, "1 = 1"),
    "history.at": (_TIME, "1 = 1"),
    "history.evidence": (_TOLD + "; what it names is kept and checked", "1 = 1"),
    "instance.created_at": (_TIME, "1 = 1"),
    "instance.environment": ("compared with chitra.toml by every command", "1 = 1"),
    "instance.safe_since": (_TIME + "; whether it is in safe mode is checked", "safe_since IS NOT NULL"),
    "operator.enrolled_at": (_TIME, "1 = 1"),
    "payer.name": ("a copy of chitra.toml; files out have their own, which are checked", "1 = 1"),
    "payer.tax_id": ("a copy of chitra.toml; files out have their own, which are checked", "1 = 1"),
    "payment.credited_evidence": (_WORKED_OUT, "1 = 1"),
    "payment.held_from": ("means something while the payment is held only", "state <> 'held'"),
    "payment.holds_key": ("by a proof that is in decisions and statements", "state IN ('rejected', 'returned')"),
    "payment.line": (_TOLD, "1 = 1"),
    "payment.return_window_until": (_WORKED_OUT, "1 = 1"),
    "resolution.last_allocation": (_WORKED_OUT, "1 = 1"),
    "resolution.payment_id": ("its decision names the payment, signed", "1 = 1"),
    "resolution.reason": (_TOLD + "; the audit record has the signature over it", "decision_id IS NULL"),
    "resolution.resolved_at": (_TIME, "1 = 1"),
    "resolution.resolution": (_TOLD + "; the audit record has the signature over it", "1 = 1"),
    "resolution.resolved_by": (_TOLD + "; the audit record has the signature over it", "decision_id IS NULL"),
    "resolution.evidence_name": (_TOLD, "decision_id IS NULL"),
    "resolution.evidence_sha256": (_TOLD, "decision_id IS NULL"),
    "sequence.next": ("numbers are left out when it goes on; set back it is found", "1 = 1"),
    "stop.id": ("a number that nothing names", "1 = 1"),
    "stop.lifted_at": (_TIME + "; whether it is lifted is checked", "lifted_at IS NOT NULL"),
    "stop.stopped_at": (_TIME, "1 = 1"),
}
"""Column -> why it may change without notice, and of which rows."""

FREE_TABLES: Mapping[str, str] = {
    "finding": "what the schema has against a file, which is kept: words for people",
    "problem": "what is wrong with a list that can never be approved",
    "reference_entry": "an index for looking up, read from entries that are checked",
    "sum_entry": "an index for looking up, read from entries that are checked",
    "sighting": "what lies in a partner's folder, looked at anew at every poll",
}
"""Tables that hold nothing which is not kept elsewhere."""

MAY_VANISH: Mapping[str, str] = {
    "exception": "those without a received file; of a file they are counted in the audit record",
    "resolution": "those of one person come back as an open exception",
}
"""Tables whose rows may be missed when they are deleted."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit, and how to tell of it."""

    told: str
    statement: str
    params: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Editor:
    """A home whose copies are edited."""

    home: Path
    work: Path
    cluster: Cluster | None = None
    url: str = ""
    """The same month on PostgreSQL, when it is to be edited there."""

    def found(self, wanted: Edit) -> str | None:
        """Code of the first finding after this edit; an error that stops all work counts, no trace gives None.

        ``not done`` when the database refused the edit or nothing was there to be edited.
        """
        with self._copy() as gateway:
            try:
                if edit(gateway, _spelled(wanted.statement, self.cluster), wanted.params) == 0:
                    return _NOT_DONE
            except (sqlite3.IntegrityError, IntegrityError):
                return _NOT_DONE
            return first_finding(gateway)

    @contextmanager
    def _copy(self) -> Iterator[Gateway]:
        """Of the month, to be spoilt."""
        if self.cluster is not None:
            with self.cluster.database(self.url.rsplit("/", 1)[1]) as url, closing(Gateway(self.home, url)) as copy:
                yield by_channel(copy)
            return
        shutil.rmtree(self.work, ignore_errors=True)
        shutil.copytree(self.home, self.work)
        with closing(Gateway(self.work, f"sqlite:///{self.work / 'chitra.db'}")) as copy:
            yield by_channel(copy)

    def edits(self, seed: int) -> Sequence[Edit]:
        """Some edits of each kind, by chance."""
        chance = random.Random(seed)
        with closing(sqlite3.connect(self.home / "chitra.db")) as db:
            kinds: list[Callable[[random.Random, sqlite3.Connection], Edit | None]]
            kinds = [_cell] * 12 + [_row] * 3 + [_log] * 2 + [_tail] + [_bytes] * 2
            made = [kind(chance, db) for kind in kinds]
        return [each for each in made if each is not None]


def _spelled(statement: str, cluster: Cluster | None) -> str:
    """With the places of values as the driver takes them."""
    return statement if cluster is None else statement.replace("?", "%s")


def on_postgresql(editor: Editor, cluster: Cluster, url: str) -> Editor:
    """The same month, brought into an empty database by backup and restore."""
    source, target = (Gateway(editor.home, each) for each in (f"sqlite:///{editor.home / 'chitra.db'}", url))
    with closing(source), closing(target), source.store.read() as tx, target.store.begin() as restoring:
        backup.restore(restoring, backup.about(tx), backup.lines(tx))
    return replace(editor, cluster=cluster, url=url)


def tried(editor: Editor, count: int) -> Iterator[tuple[Edit, str | None]]:
    """So many edits that were done, each with the code of its first finding."""
    wanted = (each for seed in itertools.count() for each in editor.edits(seed))
    results = ((each, editor.found(each)) for each in wanted)
    return itertools.islice((result for result in results if result[1] != _NOT_DONE), count)


def first_finding(gateway: Gateway) -> str | None:
    context = replace(gateway.context, anchors=FileAnchors(gateway.folder / "anchor.json", []))
    try:
        first = next(integrity.check(context), None)
    except ChitraError as error:
        return error.code
    return first.code if first else None


def prepared(folder: Path, payments: int) -> Editor:
    """A month in which people did all they do, with an anchor outside."""
    home, said = sent(folder / "sent", payments)
    gateway = by_channel(copy_of(home, folder / "told"))
    for number, (inbox, content) in enumerate(order(said.files, 7)):
        if 0 < number <= len(ACTS):
            list(ACTS.values())[number - 1](gateway)
        gateway.put(inbox, f"{number}", content)
        poll(gateway.context)
    gateway.import_([row(8_000, amount="x")])
    confirmed(gateway, proposed(gateway, LEVEL, RISE))
    _keep_roster(gateway)
    guard.require_own_past(replace(gateway.context, anchors=FileAnchors(gateway.folder / "anchor.json", [])))
    return Editor(gateway.snapshot(), folder / "edited")


def _keep_roster(gateway: Gateway) -> None:
    """Two lists, and a word of a person about what they show."""
    listed(gateway, man(1), man(2), man(3, sex="nữ"), man(4, beneficiary_id="123456789"))
    listed(gateway, man(1, account="110012345678"), man(3, sex="nữ"), man(5))
    (number,) = (each.id for each in gateway.rows("SELECT id FROM work_item WHERE code = 'sex_differs'"))
    settle(gateway.context, Settlement(number, "maker", "seen the card"))
    (number,) = (each.id for each in gateway.rows("SELECT id FROM work_item WHERE code = 'absent_in_list'"))
    settle(gateway.context, Settlement(number, "maker", "deceased", last_month="2026-10"))
    rows = confirming(gateway, asked(gateway))
    told(gateway, [rows[0] | {"result": "05"}, *rows[1:]])
    collected(gateway, account_of(1), account_of(5))
    request = accounts.asked(gateway)
    first, *others = accounts.questions(request)
    accounts.told(gateway, request, [first | {"verdict": "false"}, *others])
    listed(gateway, man(6, account="", bank=""), programme="pension")
    (question,) = map(accounts.process_id, accounts.wanted(gateway).values())
    accounts.opened(gateway, accounts.acknowledged(question, gateway.context.today().isoformat(), "660000000001"))


def _cell(chance: random.Random, db: sqlite3.Connection) -> Edit | None:
    """One value of one row becomes another of its type."""
    table = chance.choice([each for each in SQLModel.metadata.sorted_tables if each.name not in FREE_TABLES])
    column = chance.choice(list(table.columns))
    _, where = FREE.get(f"{table.name}.{column.name}", ("", "1 = 0"))
    rows = db.execute(f'SELECT {_keys(table)}, "{column.name}" FROM "{table.name}" WHERE NOT ({where})').fetchall()
    if not rows:
        return None
    *key, old = chance.choice(rows)
    new = _other(chance, column, old)
    told = f"{table.name}.{column.name} {str(old)[:40]!r} -> {str(new)[:40]!r}"
    changed = f"{_is(table)} AND NOT ({where})"  # on the other database the same row may be in another state
    return Edit(told, f'UPDATE "{table.name}" SET "{column.name}" = ? WHERE {changed}', (new, *key))


def _keys(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.primary_key)


def _is(table: Table) -> str:
    """The row of a key."""
    return " AND ".join(f'"{column.name}" = ?' for column in table.primary_key)


def _other(chance: random.Random, column: Column[Any], old: Any) -> Any:
    if old is None:
        return {int: 1, bool: True, bytes: b"x"}.get(column.type.python_type, "2026-01-01")
    if column.type.python_type is bool:
        return not old
    if isinstance(old, int):
        return 1 - old if old in (0, 1) else old + chance.choice((-1, 1, 1_000))
    if isinstance(old, bytes):
        return _flipped(chance, old)
    at = chance.randrange(len(old)) if old else 0
    return f"{old[:at]}{'1' if old[at : at + 1] != '1' else '2'}{old[at + 1 :]}"


def _flipped(chance: random.Random, old: bytes) -> bytes:
    """With one bit turned."""
    at = chance.randrange(len(old))
    return old[:at] + bytes([old[at] ^ (1 << chance.randrange(8))]) + old[at + 1 :]


def _row(chance: random.Random, db: sqlite3.Connection) -> Edit | None:
    """One row is gone."""
    kept = FREE_TABLES.keys() | MAY_VANISH.keys()
    table = chance.choice([each for each in SQLModel.metadata.sorted_tables if each.name not in kept])
    rows = db.execute(f'SELECT {_keys(table)} FROM "{table.name}"').fetchall()
    if not rows:
        return None
    told = f"a row of {table.name} deleted"
    return Edit(told, f'DELETE FROM "{table.name}" WHERE {_is(table)}', tuple(chance.choice(rows)))


def _log(chance: random.Random, db: sqlite3.Connection) -> Edit:
    """A record is edited together with its own hash, exchanged with another, or deleted."""
    last = db.execute("SELECT max(sequence) FROM audit").fetchone()[0]
    number = chance.randrange(1, last)
    column = chance.choice(("at", "actor", "verb", "subject", "details", "rows_sha256", "previous", "hash"))
    return chance.choice(
        (
            Edit(f"audit {number} deleted", "DELETE FROM audit WHERE sequence = ?", (number,)),
            Edit(
                f"audit {number} {column} as in {last}",
                f"UPDATE audit SET {column} = {column} || '0' WHERE sequence = ?",
                (number,),
            ),
        )
    )


def _tail(chance: random.Random, db: sqlite3.Connection) -> Edit:
    """The end of the log is cut off."""
    last = db.execute("SELECT max(sequence) FROM audit").fetchone()[0]
    kept = last - chance.randrange(1, 20)
    return Edit(f"the log cut off behind {kept}", "DELETE FROM audit WHERE sequence > ?", (kept,))


def _bytes(chance: random.Random, db: sqlite3.Connection) -> Edit:
    """One bit of stored bytes."""
    sha256, part, old = chance.choice(db.execute('SELECT sha256, part, "bytes" FROM blob').fetchall())
    told = f"a bit of blob {sha256[:8]} {part}"
    return Edit(
        told, 'UPDATE blob SET "bytes" = ? WHERE sha256 = ? AND part = ?', (_flipped(chance, old), sha256, part)
    )
