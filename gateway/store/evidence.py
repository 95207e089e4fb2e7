"""Queries of what partners say: files in, status reports, statements, exceptions."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlmodel import select

from gateway.domain.errors import NotFound
from gateway.domain.states import InboundState
from gateway.store import blobs, bulk, resolutions
from gateway.store.store import Transaction, naming, take
from gateway.store.tables import Balance, ExceptionItem, FileIn, Finding, Statement, StatusReport

ENTRY_COLUMNS = (
    "id",
    "statement_id",
    "ordinal",
    "identity",
    "loose",
    "amount",
    "currency",
    "status",
    "reversal",
    "booking_date",
    "value_date",
    "reference",
    "servicer_reference",
    "bank_code",
    "message_id",
    "payment_information_id",
    "batch_count",
    "problems",
    "disposition",
    "reason",
    "personal",
)
DETAIL_COLUMNS = (
    "id",
    "entry_id",
    "ordinal",
    "amount",
    "currency",
    "end_to_end_id",
    "instruction_id",
    "uetr",
    "message_id",
    "payment_information_id",
    "servicer_reference",
    "is_return",
    "return_reason",
    "reversal",
    "charges",
    "personal",
)
STATUS_COLUMNS = (
    "id",
    "report_id",
    "level",
    "original_message_id",
    "original_block_id",
    "end_to_end_id",
    "status",
    "reason",
    "duplicate_class",
    "servicer_reference",
)


def known(tx: Transaction, partner: str, sha256: str, unproven: bool = False) -> FileIn | None:
    """The first arrival of these bytes from this partner; what a person brought without proof is another matter."""
    query = select(FileIn).where(
        FileIn.partner == partner,
        FileIn.sha256 == sha256,
        FileIn.state != InboundState.DUPLICATE,
        (FileIn.proof == "none") if unproven else (FileIn.proof != "none"),
    )
    return tx.session.exec(query).first()


def receive(
    tx: Transaction,
    partner: str,
    folder: str,
    name: str,
    sha256: str,
    size_bytes: int,
    unproven: bool = False,
    signature_sha256: str | None = None,
) -> FileIn:
    """A new arrival; a copy of known bytes is a duplicate at once."""
    state = InboundState.RECEIVED if known(tx, partner, sha256, unproven) is None else InboundState.DUPLICATE
    number = take(tx, "file_in").start
    file = FileIn(
        id=number,
        reference=naming(tx).message_id(number).replace("M", "R", 1),
        partner=partner,
        folder=folder,
        name=name,
        sha256=sha256,
        size_bytes=size_bytes,
        signature_sha256=signature_sha256,
        state=state.value,
        proof="none" if unproven else "",
        received_at=tx.now(),
    )
    tx.session.add(file)
    tx.session.flush()
    return file


def arrived(
    tx: Transaction, partner: str, folder: str, name: str, sha256: str, signature_sha256: str | None
) -> FileIn | None:
    """These bytes, with this signature beside them, as received under this name and not moved away yet: the same
    arrival, taken up again."""
    query = select(FileIn).where(
        FileIn.partner == partner, FileIn.sha256 == sha256, FileIn.folder == folder, FileIn.name == name
    )
    arrivals = [file for file in tx.session.exec(query).all() if file.signature_sha256 == signature_sha256]
    return next((file for file in arrivals if not file.archived_at), None)


def subject(tx: Transaction, arrival: FileIn) -> FileIn:
    """What is to be examined of an arrival: itself, or for a duplicate the first one, set aside in another folder or
    beside another signature."""
    first = known(tx, arrival.partner, arrival.sha256) if arrival.state == InboundState.DUPLICATE else None
    if first is None or first.state != InboundState.QUARANTINED:
        return arrival
    alike = (first.folder, first.signature_sha256) == (arrival.folder, arrival.signature_sha256)
    return arrival if alike else first


def copies(tx: Transaction, file: FileIn) -> list[FileIn]:
    """Every arrival of the same bytes, the file itself first: one of them bore the proof."""
    query = select(FileIn).where(FileIn.partner == file.partner, FileIn.sha256 == file.sha256)
    return sorted(tx.session.exec(query).all(), key=lambda each: (each.id != file.id, each.id))


def signature_of(tx: Transaction, file: FileIn) -> bytes | None:
    """What came beside it."""
    return None if file.signature_sha256 is None else b"".join(blobs.parts(tx, file.signature_sha256))


_PORTION = 100


def unread(tx: Transaction, partner: str, last: int = 0) -> list[FileIn]:
    """Fetched and stored, and not understood yet: a crash came between. A portion of them, behind the id ``last``."""
    sql = (
        "SELECT id FROM file_in WHERE partner = :p AND state = 'received' AND folder <> '' AND id > :last"
        " ORDER BY id LIMIT :most"
    )
    return [tx.session.get_one(FileIn, row.id) for row in tx.rows(sql, p=partner, last=last, most=_PORTION)]


def archived(tx: Transaction, file_in_id: int) -> None:
    """It lies in its inbox no longer."""
    tx.run("UPDATE file_in SET archived_at = :now WHERE id = :id", now=tx.now(), id=file_in_id)
    resolve(tx, "archive_denied", file_in_id)


def resolve(tx: Transaction, kind: str, file_in_id: int) -> None:
    """What was open about a received file is mended."""
    resolutions.heal(tx, "kind = :kind AND file_in_id = :id", kind=kind, id=file_in_id)


def find(tx: Transaction, reference: str) -> FileIn:
    file = tx.session.exec(select(FileIn).where(FileIn.reference == reference)).first()
    if file is None:
        raise NotFound("file_unknown", file=reference)
    return file


def add_findings(tx: Transaction, file: FileIn, findings: Sequence[tuple[str, str, str]]) -> None:
    """(path, rule, message) of each finding."""
    first = take(tx, "finding", len(findings)).start if findings else 0
    for index, (path, rule, message) in enumerate(findings):
        tx.session.add(Finding(id=first + index, file_in_id=file.id, path=path, rule=rule, message=message))


def open_report(tx: Transaction, file: FileIn, message_id: str, created_at: str) -> StatusReport | None:
    """The row of a status report, None when the partner used this message id before."""
    query = select(StatusReport).where(StatusReport.partner == file.partner, StatusReport.message_id == message_id)
    if tx.session.exec(query).first() is not None:
        return None
    number = take(tx, "status_report").start
    report = StatusReport(
        id=number, file_in_id=file.id, partner=file.partner, message_id=message_id, created_at=created_at
    )
    tx.session.add(report)
    tx.session.flush()
    return report


def add_status_lines(tx: Transaction, rows: Iterable[Sequence[Any]]) -> None:
    """Rows without their id, in the order of ``STATUS_COLUMNS``."""
    listed = list(rows)
    first = take(tx, "status_line", len(listed)).start
    bulk.insert(tx, "status_line", STATUS_COLUMNS, ((first + index, *row) for index, row in enumerate(listed)))


def add_statement(tx: Transaction, statement: Statement, balances: Sequence[Balance]) -> None:
    statement.id = take(tx, "statement").start
    tx.session.add(statement)
    tx.session.flush()
    for ordinal, balance in enumerate(balances):
        balance.statement_id, balance.ordinal = statement.id, ordinal
        tx.session.add(balance)
    tx.session.flush()


def known_identities(tx: Transaction, identities: Sequence[bytes]) -> set[bytes]:
    """Which of these entries are worked with already, or were explained by people (S2)."""
    found: set[bytes] = set()
    for names, places in bulk.listed(identities):
        rows = tx.rows(
            f"SELECT identity FROM entry WHERE disposition <> 'ignored' AND identity IN ({names})"
            f" UNION SELECT identity FROM entry WHERE reason = 'explained' AND identity IN ({names})",
            **places,
        )
        found.update(bytes(row.identity) for row in rows)
    return found


def known_loosely(tx: Transaction, statement_id: int, keys: Iterable[bytes]) -> Counter[bytes]:
    """How many entries of other statements are worked with, or explained, under each loose key."""
    found: Counter[bytes] = Counter()
    for names, places in bulk.listed(set(keys)):
        rows = tx.rows(
            f"SELECT loose, count(*) AS entries FROM entry WHERE loose IN ({names}) AND statement_id <> :statement"
            " AND (disposition <> 'ignored' OR reason = 'explained') GROUP BY loose",
            statement=statement_id,
            **places,
        )
        found.update({bytes(row.loose): row.entries for row in rows})
    return found


_SAYS = (
    "(COALESCE(d.end_to_end_id, 'NOTPROVIDED') <> 'NOTPROVIDED' OR d.uetr IS NOT NULL OR d.instruction_id IS NOT NULL"
    " OR d.message_id IS NOT NULL OR d.payment_information_id IS NOT NULL OR d.is_return)"
)
"""A detail that has a key, or is a return."""


def replace_bare(tx: Transaction, statement_id: int, keys: Iterable[bytes]) -> None:
    """Entries whose details say nothing give way to the same ones that name a payment, one to each of ``keys``, the
    oldest first: they are ignored, their exceptions are resolved."""
    wanted = Counter(keys)
    for names, places in bulk.listed(wanted):
        bare = tx.rows(
            f"SELECT e.id, e.loose FROM entry e WHERE e.loose IN ({names}) AND e.disposition <> 'ignored' AND"
            " e.statement_id <> :statement"
            f" AND NOT EXISTS (SELECT 1 FROM detail d WHERE d.entry_id = e.id AND {_SAYS}) ORDER BY e.id",
            statement=statement_id,
            **places,
        )
        for row in bare:
            if wanted[bytes(row.loose)] > 0:
                wanted[bytes(row.loose)] -= 1
                _replace(tx, row.id)


def _replace(tx: Transaction, entry_id: int) -> None:
    tx.run("UPDATE entry SET disposition = 'ignored', reason = 'replaced_by_details' WHERE id = :id", id=entry_id)
    resolutions.heal(tx, "entry_id = :id", id=entry_id)


_UNANSWERED = (
    "FROM payment p JOIN payment_file l ON l.payment_id = p.id AND l.live JOIN file_out f ON f.id = l.file_id"
    " WHERE f.partner = :partner AND f.state IN ('sent', 'acknowledged', 'rejected') AND f.execution_date < :day"
    " AND p.state IN ('sent', 'accepted')"
    " AND NOT EXISTS (SELECT 1 FROM exception x WHERE x.kind = :kind AND x.payment_id = p.id AND x.state = 'open')"
)


def raise_for_unanswered(tx: Transaction, kind: str, partner: str, due_before: str) -> None:
    """One exception for every payment whose execution date lies before ``due_before`` and that has no end."""
    count = tx.value(f"SELECT count(*) {_UNANSWERED}", kind=kind, partner=partner, day=due_before)
    if count:
        tx.run(
            "INSERT INTO exception (id, kind, partner, file_out_id, payment_id, amount, currency, params, state,"
            " opened_at) SELECT :first - 1 + row_number() OVER (ORDER BY p.id), CAST(:kind AS VARCHAR), p.partner,"
            f" f.id, p.id, p.amount, p.currency, '{{}}', 'open', :now {_UNANSWERED}",
            first=take(tx, "exception", count).start,
            now=tx.now(),
            kind=kind,
            partner=partner,
            day=due_before,
        )


def raise_exception(
    tx: Transaction, kind: str, partner: str, params: Mapping[str, str | int] | None = None, **links: Any
) -> None:
    """Something for a person; ``links`` name the rows it is about, ``amount`` and ``currency``."""
    tx.session.add(
        ExceptionItem(
            id=take(tx, "exception").start,
            kind=kind,
            partner=partner,
            params=json.dumps(params or {}, ensure_ascii=False, sort_keys=True),
            opened_at=tx.now(),
            **links,
        )
    )


def raise_once(tx: Transaction, kind: str, partner: str, params: Mapping[str, str | int]) -> None:
    """Something that is found again at every look: told when nothing of the same kind and parameters is open."""
    known = tx.value(
        "SELECT 1 FROM exception WHERE kind = :kind AND partner = :partner AND params = :params AND state = 'open'",
        kind=kind,
        partner=partner,
        params=json.dumps(params, ensure_ascii=False, sort_keys=True),
    )
    if known is None:
        raise_exception(tx, kind, partner, params)
