"""Amended: an approval stands for a batch without what two people took out of it since, and for nothing else (M12)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from gateway.domain.errors import ApprovalVoid
from gateway.domain.states import BatchState
from gateway.store import amendments, batches, blobs
from gateway.store.store import Transaction
from gateway.store.tables import Batch, Decision
from gateway.usecases import decide, people
from gateway.usecases.context import Context
from gateway.usecases.signed import told as told_of

_IN_FORCE = (BatchState.APPROVED, BatchState.SENDING, BatchState.CLOSING, BatchState.CLOSED)


@dataclass(frozen=True, slots=True)
class Document:
    """What both people sign: these lines leave the batch whose content was approved."""

    batch: str
    approved: str
    """Content digest that the approvals sign."""
    lines: tuple[Mapping[str, Any], ...]
    """``payment``, ``content`` (digest of the imported row), ``amount``, ``why`` (a code, or empty)."""

    @property
    def amount(self) -> int:
        return sum(int(line["amount"]) for line in self.lines)

    @property
    def payments(self) -> list[str]:
        return [line["payment"] for line in self.lines]

    def change(self, payments: int, amount: int) -> str:
        """Old count and sum, what leaves, new count and sum: one of the parameters that both sign."""
        left = f"{payments - len(self.lines)} / {amount - self.amount}"
        return f"{payments} / {amount} - {len(self.lines)} / {self.amount} = {left}"

    def encoded(self) -> bytes:
        told = {"approved": self.approved, "batch": self.batch, "lines": [dict(line) for line in self.lines]}
        return json.dumps(told, sort_keys=True, indent=1).encode()


def document(context: Context, tx: Transaction, sha256: str) -> Document:
    """As it is stored; raises ``ApprovalVoid`` when these are other bytes."""
    with closing(context.spool.create()) as spool:
        blobs.copy(tx, sha256, spool)
        if blobs.digest(spool)[0] != sha256:
            raise ApprovalVoid("approval_void", batch="-", reason="amendment_differs")
        told = json.load(spool)
    return Document(told["batch"], told["approved"], tuple(told["lines"]))


def require(context: Context, tx: Transaction, batch: Batch) -> None:
    """What is cancelled of a batch is what two people took out of it; raises ``ApprovalVoid``."""
    gone, made = amendments.cancelled(tx, batch.id), amendments.of_batch(tx, batch.id)
    if batch.state not in _IN_FORCE or not (gone or made):
        return
    frozen: set[str] = set()
    for decision in made:
        frozen.update(_genuine(context, tx, batch, decision).payments)
    if frozen - gone or gone - frozen - amendments.cancelled_alone(tx, batch.id):
        raise ApprovalVoid("approval_void", batch=batch.id, reason="amendment_differs")


def _genuine(context: Context, tx: Transaction, batch: Batch, decision: Decision) -> Document:
    told = document(context, tx, decision.evidence_sha256 or "")
    is_signed = decide.bears_signatures(context, people.followed(context, tx), decision)
    of_this = (told.batch, told.approved) == (batch.id, (batch.content_sha256 or b"").hex())
    named = json.loads(decision.params)["document"] == decision.evidence_sha256
    if not (is_signed and of_this and named) or decision.confirmed_by == batch.maker:
        raise ApprovalVoid("approval_void", batch=batch.id, reason="amendment_not_genuine")
    return told


def shown(tx: Transaction, decision: Decision) -> dict[str, Any]:
    """An amendment with both signatures; it names no payment but by the digest of the document."""
    people_of = {"first": decision.proposed_by, "second": decision.confirmed_by or ""}
    signatures = {"first": decision.proposal, "second": decision.confirmation or b""}
    return {
        **told_of(decision),
        **{
            who: {
                "operator": name,
                "public_key": batches.operator(tx, name).public_key,
                "signature": bytes(signatures[who]).hex(),
            }
            for who, name in people_of.items()
        },
    }
