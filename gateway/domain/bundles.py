"""The bundle that proves one payment: its one spelling, and what is hashed and signed in it (docs/proof.md)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

FORM = "chitra proof of one payment 2"
NOT_SHOWN = {
    "openpgp": (
        "The partner signed the whole file inside an OpenPGP message, with what it says of other people, and such a"
        " signature cannot be checked without all of it. Who holds that file (sha256) checks it: gpg --decrypt FILE"
        " names the key (key_id). An XML signature that stood in the message is shown here."
    ),
    "channel": (
        "The partner signs nothing: its connection alone proved the file to us. The partner can compare the SHA-256 of"
        " its copy (sha256) with this one."
    ),
    "sealed": (
        "The file travelled inside an OpenPGP message with a signature of ours over the payments of all. Who can open"
        " that message (sha256) checks it: gpg --decrypt FILE names our key, and gives the file whose XML signature is"
        " shown here."
    ),
}
"""Signatures that are not in a bundle, by how a file was proven: why, and what proves it instead."""
APPROVED = ("payment_ref", "end_to_end_id", "uetr", "partner", "bank", "amount", "currency", "kind", "benefit_month")
"""Fields of an approved line; the digest of the imported row stands behind them."""
CONTENT = {"payment_ref": 0, "benefit_month": 5, "kind": 6, "amount": 7, "bank": 11}
"""Where the imported row has the same fields."""
ACCOUNT = 10
"""Where the imported row has the account."""
HEAD_BATCH, HEAD_MAKER = 0, 4
SIGNERS = {"approve": "checker", "release": "releaser"}
"""Who signs an approval, by what is signed."""
DECISION = ("act", "decision", "evidence_sha256", "params", "precondition", "reason", "subject")
"""Fields of a decision of two people that both sign."""
SEPARATOR = "\x1f"


def encode(document: Mapping[str, Any]) -> bytes:
    """The one spelling of a document; two spellings are two documents."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def name_of(end_to_end_id: str) -> str:
    """What our signature over a bundle names."""
    return f"{end_to_end_id}.proof"


def file_leaf(uetr: str, line: str) -> bytes:
    """What is hashed of a line of a file; the UETR keeps the hash from being guessed."""
    return f"{uetr}\n{line}".encode()


def statement_of(
    batch: str, content_sha256: str, environment: str, operator: str, act: str = "approve", required: str = ""
) -> bytes:
    """What a person signs: the act, on what, in which environment, and who must sign; of older batches without that."""
    fields = {
        "act": act,
        "batch": batch,
        "content_sha256": content_sha256,
        "environment": environment,
        "operator": operator,
    }
    return encode(fields | ({"required": required} if required else {}))


def decision_of(environment: str, decision: Mapping[str, Any], step: str, operator: str) -> bytes:
    """What each of two people signs of a decision: all of it, the own step, the environment."""
    told = {name: decision[name] for name in DECISION}
    return encode(told | {"environment": environment, "operator": operator, "step": step})
