"""Prove: everything that shows what became of one payment, and nothing of any other (docs/proof.md)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from contextlib import closing
from typing import Any, BinaryIO, Protocol

from formats.iso20022 import shown
from gateway.domain import bundles, merkle
from gateway.domain.errors import Tampered
from gateway.store import amendments, batches, blobs, browse, evidence, files, proofs, recalls, succession
from gateway.store.store import Transaction
from gateway.store.tables import FileIn, FileOut, Payment
from gateway.usecases import amended, enrolments
from gateway.usecases.approve import VERBS, require_signatures
from gateway.usecases.context import Context
from gateway.usecases.rows import content_salt
from gateway.usecases.seal import approved_line
from gateway.usecases.understand import verified_again

Fields = dict[str, Any]


class Signatures(Protocol):
    """Signatures of stored files, ready to be shown."""

    def inside(self, message: BinaryIO) -> Mapping[str, str] | None:
        """The XML signature in a message; None when it has none."""

    def beside(self, document: bytes, sha256: str, key_id: str) -> Mapping[str, str] | None:
        """A signature that stands alone; None unless it is by this key, over a file with this digest."""


_OF_PAYMENT = (
    *("end_to_end_id", "state", "amount", "currency", "partner", "reason", "debited_at", "returned_amount"),
    "return_charges",
)
_OF_FILE_IN = ("reference", "name", "sha256", "received_at", "proof", "key_id")
_BESIDE = ("detached", "cms")
_OF_RECALL = ("file", "state", "asked", "answer_reason", "requested_at")
_OF_ANSWER = ("at", "level", "status", "reason")
_OF_BOOKING = ("kind", "by", "amount", "charges", "currency", "booked_on")


def gather(context: Context, end_to_end_id: str, signatures: Signatures) -> tuple[Fields, FileOut]:
    """The body of the bundle, and the file that carried the payment; personal data stands in it in full."""
    with context.store.read() as tx:
        payment = batches.payment(tx, end_to_end_id)
        gathering = _Gathering(context, tx, payment, signatures)
        file = proofs.carrier(tx, payment)
        body = {
            "form": bundles.FORM,
            "made_at": tx.now(),
            "environment": context.environment,
            "payment": {name: getattr(payment, name) for name in _OF_PAYMENT},
            "content": gathering.content(),
            "approval": gathering.approval(),
            "people": gathering.people(),
            "file": gathering.file(file),
            "answers": gathering.answers(),
            "bookings": gathering.bookings(),
            "links": gathering.links(),
        }
        return body, file


class _Gathering:
    """One payment and its evidence in one transaction."""

    def __init__(self, context: Context, tx: Transaction, payment: Payment, signatures: Signatures) -> None:
        self._context, self._tx, self._payment, self._signatures = context, tx, payment, signatures

    def content(self) -> Fields:
        """The imported row, and the salt by which it gives the digest in the approved line."""
        vault = self._context.vault()
        personal = json.loads(vault.open(self._payment.personal, f"payment:{self._payment.id}"))
        row = approved_line(self._payment, self._payment.partner, personal).canonical()
        return {"row": row, "salt": content_salt(vault, row).hex()}

    def approval(self) -> Fields:
        """Who signed which content, and where in it the payment stands."""
        batch = batches.find(self._tx, self._payment.batch_id)
        require_signatures(self._context, self._tx, batch, past=True)
        needed, stated = batches.required(self._tx, batch), batches.stated_requirement(self._tx, batch.id)
        leaves: list[bytes] = []
        own, place = b"", -1
        for line in batches.content_lines(self._tx, batch.id):
            if line.split(b"\x1f")[1] == self._payment.end_to_end_id.encode():
                own, place = line, len(leaves)
            leaves.append(merkle.leaf(line))
        return {
            "head": batches.content_head(batch),
            "line": own.decode(),
            "path": _spelled(merkle.path(leaves, place)),
            "content_sha256": (batch.content_sha256 or b"").hex(),
            "required": needed.checkers + needed.releaser,
            "rule": stated.text if stated else "",
            "signatures": [
                {
                    "act": VERBS[approval.role],
                    "operator": approval.approver,
                    "public_key": person.public_key,
                    "signature": approval.signature.hex(),
                    "at": approval.approved_at,
                }
                for approval, person in batches.approvals(self._tx, batch.id)
            ],
        }

    def people(self) -> Fields:
        """How those who approved came to their keys and roles, down to the root admins."""
        signed = batches.approvals(self._tx, self._payment.batch_id)
        return enrolments.shown(self._context, self._tx, {each.approver: each.approved_at for each, _ in signed})

    def file(self, file: FileOut) -> Fields:
        """The line in the file that was signed, and the signature."""
        with closing(self._bytes(file.sha256 or "")) as source:
            leaves: list[bytes] = []
            own, place = "", -1
            rows = proofs.carried(self._tx, file.id)
            for row, (end_to_end_id, line) in zip(rows, shown.transfers(source), strict=True):
                if row.end_to_end_id != end_to_end_id:
                    raise Tampered("sealed_bytes_differ", file=file.message_id)
                if end_to_end_id == self._payment.end_to_end_id:
                    own, place = line.decode(), len(leaves)
                leaves.append(merkle.leaf(bundles.file_leaf(row.uetr, line.decode())))
            source.seek(0)
            signature = self._signatures.inside(source)
        return {
            "message_id": file.message_id,
            "payment_information_id": file.payment_information_id,
            "name": file.name,
            "partner": file.partner,
            "sha256": file.sha256,
            "sent_at": file.sent_at,
            "lines": len(leaves),
            "root": merkle.root(leaves).hex(),
            "line": own,
            "path": _spelled(merkle.path(leaves, place)),
            "signature": signature,
            "travelled": self._travelled(file),
        }

    def _travelled(self, file: FileOut) -> Fields:
        """As what it went to the partner, and the signature of ours that lay beside it."""
        wire, *others = files.wire_objects(self._tx, file.id)
        encrypted = wire.encrypted_to is not None
        found: Fields = {
            "name": wire.name,
            "sha256": wire.sha256,
            "encrypted_to": wire.encrypted_to,
            "not_shown": bundles.NOT_SHOWN["sealed"] if encrypted else "",
            "beside": None,
        }
        for each in others:
            document = b"".join(blobs.parts(self._tx, each.sha256))
            signature = self._signatures.beside(document, wire.sha256, file.key_id or "")
            if signature is None:
                raise Tampered("sealed_bytes_differ", file=file.message_id)
            found["beside"] = {"name": each.name, "signature": signature}
        return found

    def answers(self) -> list[Fields]:
        """What the partner said of the payment, each file of it once."""
        row = browse.payment(self._tx, self._payment.end_to_end_id)
        said: dict[str, list[Fields]] = {}
        for answer in browse.answers(self._tx, row):
            said.setdefault(answer.file, []).append({name: getattr(answer, name) for name in _OF_ANSWER})
        return [self._answer(reference, statuses) for reference, statuses in said.items()]

    def _answer(self, reference: str, statuses: list[Fields]) -> Fields:
        file = evidence.find(self._tx, reference)
        with closing(self._message(file)) as source:
            part, left_out = shown.status(source, self._payment.end_to_end_id)
        return self._received(file) | {"said": statuses, "part": part.decode(), "left_out": left_out}

    def bookings(self) -> list[Fields]:
        """Every entry that was allocated to the payment, with no other transaction of it."""
        return [self._booking(row) for row in proofs.bookings(self._tx, self._payment.id)]

    def _booking(self, row: Any) -> Fields:
        file = evidence.find(self._tx, row.reference)
        details = () if row.detail is None else (row.detail,)
        with closing(self._message(file)) as source:
            part, left_out = shown.entry(source, row.statement, row.entry, details)
        fields = {name: getattr(row, name) for name in _OF_BOOKING}
        return self._received(file) | fields | {"part": part.decode(), "left_out": left_out}

    def links(self) -> Fields:
        """What it pays again, what pays it again, and what was asked of the partner."""
        line = succession.neighbours(self._tx, self._payment.id)
        return {
            "pays_again": line.predecessor,
            "paid_again_by": line.successor,
            "amendments": [
                amended.shown(self._tx, each) for each in amendments.of_batch(self._tx, self._payment.batch_id)
            ],
            "recalls": [
                {name: getattr(each, name) for name in _OF_RECALL}
                for each in recalls.of_payment(self._tx, self._payment.id)
            ],
        }

    def _received(self, file: FileIn) -> Fields:
        """Which file it stands in, and the partner's signature over that."""
        shown_file = {name: getattr(file, name) for name in _OF_FILE_IN}
        return {
            "file": shown_file | {"not_shown": bundles.NOT_SHOWN.get(file.proof or "", "")},
            "signature": self._beside(file) if file.proof in _BESIDE else self._inside(file),
        }

    def _inside(self, file: FileIn) -> Mapping[str, str] | None:
        with closing(self._message(file)) as source:
            return self._signatures.inside(source)

    def _beside(self, file: FileIn) -> Mapping[str, str] | None:
        """The signature document that lay beside it, or beside the copy of it that was believed."""
        for arrival in evidence.copies(self._tx, file):
            document = evidence.signature_of(self._tx, arrival)
            if document and file.key_id and (found := self._signatures.beside(document, file.sha256, file.key_id)):
                return found
        return None

    def _message(self, file: FileIn) -> BinaryIO:
        """What a file says: its bytes, or what they hold when they are an OpenPGP message."""
        source = self._bytes(file.sha256)
        if file.proof != "openpgp":
            return source
        with closing(source):
            partner = self._context.partner(file.partner)
            with closing(verified_again(self._tx, partner, file, source)) as proven:
                target = self._context.spool.create()
                shutil.copyfileobj(proven.open(), target)
                target.seek(0)
                return target

    def _bytes(self, sha256: str) -> BinaryIO:
        target = self._context.spool.create()
        blobs.copy(self._tx, sha256, target)
        return target


def _spelled(path: merkle.Path) -> list[list[str]]:
    return [[side, digest.hex()] for side, digest in path]
