"""What digests, envelopes and signatures say of the rows they cover: the same that sealing and approval work out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

from gateway.domain.errors import ApprovalVoid, ChitraError, Tampered
from gateway.domain.states import BatchState
from gateway.store import batches, matching
from gateway.store import rates as rate_queries
from gateway.store.discrepancy import Discrepancy
from gateway.store.integrity.conclusions import differing, touch_all
from gateway.store.integrity.every import every
from gateway.store.store import Transaction
from gateway.store.tables import Acknowledgement, Batch, Decision, FileOut
from gateway.usecases import decide, people, signals
from gateway.usecases.acts import ACTS
from gateway.usecases.approve import require_signatures
from gateway.usecases.context import Context
from gateway.usecases.integrity.recorded import Records
from gateway.usecases.rate_import import Import, signed
from gateway.usecases.rows import content_blind
from gateway.usecases.seal import approved_line

_SIGNED = (BatchState.APPROVED, BatchState.SENDING, BatchState.CLOSING, BatchState.CLOSED)
_PAYMENTS = (
    "SELECT id, end_to_end_id, partner, bank, amount, benefit_month, kind, payment_ref, commune_code, entitled_amount,"
    " personal, content_blind, person_blind, account_blind FROM payment ORDER BY id"
)


def batches_and_files(context: Context, tx: Transaction) -> Iterator[Discrepancy]:
    """M12: the content digest of each batch and file is that of its rows."""
    for batch in every(tx, Batch):
        where = f"batch {batch.id}"
        if batch.content_sha256 is not None:
            yield from _differs("content_differs", where, batch.content_sha256, batches.content_digest(tx, batch))
        elif batch.state != BatchState.INVALID:
            yield Discrepancy("content_differs", where, "a digest", "")
        yield from _signatures(context, tx, batch)
    for file in every(tx, FileOut):
        if file.content_sha256 is not None:
            got = batches.file_digest(tx, file.id)
            yield from _differs("content_differs", f"file_out {file.message_id}", file.content_sha256, got)


def _differs(code: str, where: str, expected: bytes, got: bytes) -> Iterator[Discrepancy]:
    if expected != got:
        yield Discrepancy(code, where, expected.hex(), got.hex())


def _signatures(context: Context, tx: Transaction, batch: Batch) -> Iterator[Discrepancy]:
    """Whoever is revoked since then still signed."""
    if batch.state not in _SIGNED:
        return
    try:
        require_signatures(context, tx, batch, past=True)
    except ApprovalVoid as void:
        yield Discrepancy("signature_differs", f"batch {batch.id}", "", str(void.params.get("operator", "")))


def acknowledgements(context: Context, tx: Transaction) -> Iterator[Discrepancy]:
    """M11: whoever acknowledged signals signed it, and the record has the same; without people nobody can be judged."""
    if any(people.differences(context, tx)):
        return
    known, recorded = people.followed(context, tx).everybody, Records(tx, signals.VERB)
    kept = every(tx, Acknowledgement)
    for made in kept:
        where, batch = f"acknowledgement {made.batch_id} {made.operator} {made.signal}", batches.find(tx, made.batch_id)
        signed = signals.statement_of(context, batch, made)
        if not context.verify_person(known[made.operator].public_key, signed, bytes(made.signature)):
            yield Discrepancy("signature_differs", where)
        told = {"actor": made.operator, "digest": bytes(made.signals_sha256).hex(), **signals.told(made)}
        yield from recorded.differ(where, made.batch_id, told)
    of = Counter(made.batch_id for made in kept)
    for batch_id in sorted(recorded):
        if (count := len(recorded.of(batch_id))) > of[batch_id]:
            yield Discrepancy("rows_missing", f"acknowledgement {batch_id}", str(count), str(of[batch_id]))


def payments(context: Context, tx: Transaction) -> Iterator[Discrepancy]:
    """The envelope of each payment opens, and gives the row that was imported."""
    vault = context.vault()
    for row in tx.stream(_PAYMENTS):
        where = f"payment {row.end_to_end_id}"
        try:
            personal = json.loads(vault.open(bytes(row.personal), f"payment:{row.id}"))
        except (ChitraError, ValueError):
            yield Discrepancy("envelope_differs", where)
            continue
        line = approved_line(row, row.partner, personal)
        blinds = {
            "content_blind": content_blind(vault, line),
            "person_blind": vault.blind("person", line.beneficiary_id),
            "account_blind": vault.blind("account", f"{line.bank}:{line.account}"),
        }
        for column, expected in blinds.items():
            yield from _differs("content_differs", f"{where} {column}", expected, bytes(getattr(row, column)))


def decisions(context: Context, tx: Transaction) -> Iterator[Discrepancy]:
    """M11: each decision as both people signed it; without people that hold, none of them can be judged."""
    if any(people.differences(context, tx)):
        return
    known = people.followed(context, tx)
    for decision in every(tx, Decision):
        if not decide.is_signed(context, known, ACTS, decision):
            yield Discrepancy("signature_differs", f"decision {decision.reference}")


def rates(_context: Context, tx: Transaction) -> Iterator[Discrepancy]:
    """M11: the rates of each list are those that both people signed, and there are no others."""
    decided = {each.id: each for each in every(tx, Decision)}
    listed = {each.id for each in decided.values() if each.verb == Import.verb and each.state == "executed"}
    for number in sorted(listed | rate_queries.decisions_of(tx)):
        decision, got = decided[number], ""
        with suppress(Tampered):
            got = decide.digest(signed(rate_queries.of_decision(tx, number)))
        if number not in listed or got != decision.precondition:
            yield Discrepancy("content_differs", f"rate of {decision.reference}", decision.precondition, got)


def conclusions(tx: Transaction) -> Iterator[Discrepancy]:
    """S3: the state and the facts of each payment that is out are those that all its evidence gives."""
    touch_all(tx)
    matching.conclude(tx)
    for row in differing(tx):
        yield Discrepancy("conclusion_differs", f"payment {row.end_to_end_id}", row.expected, row.got)
