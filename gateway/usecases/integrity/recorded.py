"""Rows against the audit record of the act that made them: what was recorded once stands there for ever."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from gateway.domain.approvals import Required
from gateway.domain.people import ADD
from gateway.store import prune, rewrap
from gateway.store.discrepancy import Discrepancy
from gateway.store.integrity.every import every
from gateway.store.store import Transaction
from gateway.store.tables import Approval, Batch, Decision, IssuedReport, KeyStep, Operator, Requirement, Stop
from gateway.usecases.approve import VERBS
from gateway.usecases.reissue import Reissue, Repay
from gateway.usecases.stopping import Start, is_lifted_by

_RELEASES = (
    "SELECT f.message_id, a.number, a.releasing_at FROM attempt a JOIN file_out f ON f.id = a.file_id"
    " ORDER BY a.file_id, a.number"
)
_EXCEPTIONS = (
    "SELECT i.reference, (SELECT count(*) FROM exception x WHERE x.file_in_id = i.id) AS exceptions FROM file_in i"
    " WHERE i.state = 'processed'"
)
_SEALED = "SELECT message_id, sha256, key_id FROM file_out WHERE sha256 IS NOT NULL ORDER BY id"


class Records:
    """The records of some verbs, by their subject: as many as batches or files, never as payments."""

    def __init__(self, tx: Transaction, *verbs: str) -> None:
        self._of: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for verb in verbs:
            sql = "SELECT actor, subject, rows_sha256, details FROM audit WHERE verb = :verb ORDER BY sequence"
            for row in tx.stream(sql, verb=verb):
                fields = {"actor": row.actor, "digest": row.rows_sha256}
                self._of[row.subject].append(json.loads(row.details) | fields)

    def differ(self, where: str, subject: str, told: Mapping[str, Any]) -> Iterator[Discrepancy]:
        """Unless one of the records of a subject says all this."""
        if not any(told.items() <= record.items() for record in self._of.get(subject, ())):
            yield Discrepancy("record_differs", where, "", " ".join(f"{name}={told[name]}" for name in sorted(told)))

    def subjects(self, name: str) -> set[str]:
        """Of which a record tells ``name``."""
        return {subject for subject, records in self._of.items() if any(record.get(name) for record in records)}

    def __iter__(self) -> Iterator[str]:
        """Subjects."""
        return iter(self._of)

    def of(self, subject: str) -> list[dict[str, Any]]:
        return self._of.get(subject, [])

    def has(self, subject: str, **told: Any) -> bool:
        return any(told.items() <= record.items() for record in self._of.get(subject, ()))


def differences(tx: Transaction) -> Iterator[Discrepancy]:
    """Of batches, approvals, reports, files, people, keys and stops."""
    for look in (
        *(_batches, _requirements, _reports, _files, _arrivals, _opened),
        *(_people, _lifted, _keys, _safe_mode, _rewrap, _pruned),
    ):
        yield from look(tx)


def _batches(tx: Transaction) -> Iterator[Discrepancy]:
    made = Records(tx, "batch import", Reissue.verb, Repay.verb)
    signed = {role: Records(tx, f"batch {verb}") for role, verb in VERBS.items()}
    for batch in every(tx, Batch):
        told = {"actor": batch.maker, "digest": batch.rows_sha256.hex(), "approvals": batch.approvals_required}
        yield from made.differ(f"batch {batch.id}", batch.id, told)
    for each in every(tx, Approval):
        told = {"actor": each.approver, "digest": each.content_sha256.hex(), "key": each.key_id}
        yield from signed[each.role].differ(f"approval {each.batch_id} {each.approver}", each.batch_id, told)


def _requirements(tx: Transaction) -> Iterator[Discrepancy]:
    """M11: who must sign is what the maker signed; a batch of an older version has no requirement."""
    submitted = Records(tx, "batch submit")
    rows = {each.batch_id: Required(each.checkers, each.releaser).text for each in every(tx, Requirement)}
    for batch in sorted(rows.keys() | submitted.subjects("required")):
        told = {"required": rows.get(batch, "-")}
        yield from submitted.differ(f"requirement {batch}", batch, told)


def _reports(tx: Transaction) -> Iterator[Discrepancy]:
    """S8: what was reported of a batch is what was recorded of the report."""
    issued = Records(tx, "batch report")
    for report in every(tx, IssuedReport):
        told = {"digest": sha256(report.content.encode()).hexdigest(), "number": report.number}
        yield from issued.differ(f"batch_report {report.batch_id} {report.number}", report.batch_id, told)


def _files(tx: Transaction) -> Iterator[Discrepancy]:
    """M5 and M8: the key that signed each file, and every release that was begun."""
    sealed, adopted, released = (Records(tx, verb) for verb in ("file seal", "file adopt", "file release"))
    for file in tx.rows(_SEALED):
        if not adopted.has(file.message_id, digest=file.sha256):
            told = {"digest": file.sha256, "key": file.key_id}
            yield from sealed.differ(f"file_out {file.message_id}", file.message_id, told)
    for row in tx.rows(_RELEASES):
        begun = released.has(row.message_id, attempt=row.number)
        if begun != (row.releasing_at is not None):
            where = f"attempt {row.message_id} {row.number}"
            yield Discrepancy("record_differs", where, "a release" if begun else "no release", row.releasing_at or "")


def _arrivals(tx: Transaction) -> Iterator[Discrepancy]:
    """T5: whose file it is, also of one that was set aside or is a duplicate."""
    received = Records(tx, "file receive", "statement import")
    for file in tx.stream("SELECT reference, partner, sha256 FROM file_in ORDER BY id"):
        told = {"digest": file.sha256, "partner": file.partner}
        yield from received.differ(f"file_in {file.reference}", file.reference, told)


def _opened(tx: Transaction) -> Iterator[Discrepancy]:
    """S6: as many exceptions about a received file as there were when it was understood, at least."""
    processed = Records(tx, "file process")
    for row in tx.stream(_EXCEPTIONS):
        told = max((record["exceptions"] for record in processed.of(row.reference)), default=0)
        if row.exceptions < told:
            yield Discrepancy("rows_missing", f"exception of {row.reference}", str(told), str(row.exceptions))


def _people(tx: Transaction) -> Iterator[Discrepancy]:
    """Of whom a record was made; what their key and roles are, the statements say."""
    enrolled, stopped = Records(tx, ADD), Records(tx, "stop")
    for person in every(tx, Operator):
        yield from enrolled.differ(f"operator {person.name}", person.name, {"key": person.key_id})
    for stop in every(tx, Stop):
        told = {"actor": stop.actor, "scope": stop.scope, "code": stop.code, "reason": stop.reason}
        yield from stopped.differ(f"stop {stop.id}", stop.subject or stop.scope, told)


def _lifted(tx: Transaction) -> Iterator[Discrepancy]:
    """M16: two people lifted those stops which they looked at, and nothing else lifted one."""
    of: dict[int, list[Stop]] = defaultdict(list)
    for stop in every(tx, Stop):
        if stop.decision_id is not None:
            of[stop.decision_id].append(stop)
    decided = {each.id: each for each in every(tx, Decision) if each.id in of or each.verb == Start.verb}
    for number, decision in decided.items():
        if (of[number] or decision.state == "executed") and not is_lifted_by(decision, of[number]):
            lifted = " ".join(str(stop.id) for stop in of[number])
            yield Discrepancy(
                "record_differs", f"stop {lifted or '-'}", "lifted by two", f"decision {decision.reference}"
            )


def _keys(tx: Transaction) -> Iterator[Discrepancy]:
    """T9: who is believed, and which key is used, is what was recorded of it."""
    taken = Records(tx, "key step")
    for step in every(tx, KeyStep):
        told = {"actor": step.actor, "key": step.key_id, "line": step.line, "purpose": step.purpose}
        told |= {"partner": step.partner, "state": step.state}
        yield from taken.differ(f"key_step {step.id}", step.name, told)


def _safe_mode(tx: Transaction) -> Iterator[Discrepancy]:
    """M15: in safe mode since it was entered, until two people resumed."""
    row = tx.run("SELECT safe_since, safe_code, safe_params FROM instance WHERE id = 1").one()
    last = tx.run(
        "SELECT verb, subject, details FROM audit WHERE verb IN ('safe mode', 'resume') ORDER BY sequence DESC LIMIT 1"
    ).first()
    entered = last if last is not None and last.verb == "safe mode" else None
    params = json.dumps(json.loads(entered.details), sort_keys=True) if entered else None
    expected, got = (entered.subject if entered else None, params), (row.safe_code, row.safe_params)
    if expected != got or (entered is None) != (row.safe_since is None):
        yield Discrepancy("record_differs", "instance safe mode", str(expected[0] or "-"), str(row.safe_code or "-"))


def _rewrap(tx: Transaction) -> Iterator[Discrepancy]:
    """T3, M12: envelopes may change to the generation of a re-wrap that was recorded and has not ended, else never."""
    last = tx.run(
        "SELECT verb, subject FROM audit WHERE verb IN (:begun, :ended) ORDER BY sequence DESC LIMIT 1",
        begun=rewrap.BEGUN,
        ended=rewrap.ENDED,
    ).first()
    expected = last.subject if last is not None and last.verb == rewrap.BEGUN else None
    got = tx.value("SELECT rewrap_to FROM instance WHERE id = 1")
    if expected != got:
        yield Discrepancy("record_differs", "instance rewrap_to", expected or "-", got or "-")


def _pruned(tx: Transaction) -> Iterator[Discrepancy]:
    """T3: bytes may be removed by an act that was recorded only."""
    recorded = Records(tx, prune.VERB)
    for row in tx.rows("SELECT sha256 FROM pruned ORDER BY sha256"):
        yield from recorded.differ(f"pruned {row.sha256}", row.sha256, {"kept_days": prune.KEPT_DAYS})
