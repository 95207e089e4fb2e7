"""Verify the audit log: its own chain, and the links of it that are remembered outside the database (A2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from gateway.domain.errors import Refusal
from gateway.ports import Anchor
from gateway.store import audit, instance
from gateway.store.discrepancy import Discrepancy
from gateway.store.instance import Head
from gateway.store.store import Store, Transaction

Look = Callable[[Transaction], Iterable[Discrepancy]]
HASH_DIGITS = 64
_GROUP = 4
_WRITTEN = re.compile(rf"(\d{{1,18}})[ :]([0-9a-f]{{{HASH_DIGITS}}})")
_HEX = re.compile(r"(?:[0-9a-f]{2})+")

IsOurs = Callable[[bytes, bytes], bool]
"""Whether a signing key of ours made this signature over these bytes."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A link of the chain as a person wrote it down."""

    sequence: int
    hash: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What a walk over the whole log gave."""

    walked: audit.Walked
    compared: int
    """Links remembered outside that were compared; what comes after the last of them can be cut off unnoticed."""
    found: tuple[Discrepancy, ...]


def verify(
    store: Store,
    anchors: Sequence[Anchor],
    marks: Sequence[Mark] = (),
    is_ours: IsOurs | None = None,
    look: Look = lambda tx: (),
) -> Verified:
    """Walk the chain, then hold it against every link that is remembered outside; reads the database only.

    With ``is_ours`` an anchor counts only when we signed it; ``look`` adds what else it finds.
    """
    with store.read() as tx:
        walked = audit.walk(tx)
        head = instance.head(tx) if instance.is_there(tx) else None
        outside = [found for each in anchors for found in _of_anchor(tx, head, each)]
        outside += [found for each in marks for found in _of_link(tx, "head", each.sequence, each.hash)]
        outside += look(tx)
    outside += [found for each in anchors if is_ours for found in _of_signature(each, is_ours)]
    broken = (walked.broken,) if walked.broken else ()
    return Verified(walked, len(anchors) + len(marks), (*broken, *outside))


def _of_signature(anchor: Anchor, is_ours: IsOurs) -> list[Discrepancy]:
    where = f"anchor {anchor.instance} {anchor.epoch}"
    if not anchor.signature:
        return [Discrepancy("anchor_unsigned", where, "signature", "")]
    if not _HEX.fullmatch(anchor.signature) or not is_ours(anchor.signed, bytes.fromhex(anchor.signature)):
        return [Discrepancy("anchor_forged", where, "signature", anchor.key_id)]
    return []


def head_of(store: Store) -> Head:
    """The last link of the chain, to be written down."""
    with store.read() as tx:
        return instance.head(tx)


def written(digits: str) -> str:
    """A hash in short groups."""
    return " ".join(digits[start : start + _GROUP] for start in range(0, len(digits), _GROUP))


def read_written(text: str) -> Mark:
    """The number of a record and its hash, as ``audit head`` shows them; raises ``Refusal``."""
    sequence, _, digits = text.strip().lower().replace(":", " ").partition(" ")
    found = _WRITTEN.fullmatch(f"{sequence} {''.join(digits.split())}")
    if found is None:
        raise Refusal("head_unreadable", digits=HASH_DIGITS)
    return Mark(int(found[1]), found[2])


def _of_anchor(tx: Transaction, head: Head | None, anchor: Anchor) -> list[Discrepancy]:
    where = f"anchor {anchor.instance} {anchor.epoch}"
    if head is None or anchor.instance != head.instance:
        return [Discrepancy("anchor_foreign", where, anchor.instance, head.instance if head else "")]
    if anchor.epoch > head.epoch:
        return [Discrepancy("anchor_of_later_life", where, str(anchor.epoch), str(head.epoch))]
    if anchor.epoch < head.epoch:
        return []  # two people have resumed since; what it says was looked at then
    if anchor.people > head.people:
        return [Discrepancy("statements_missing", where, str(anchor.people), str(head.people))]
    return _of_link(tx, where, anchor.sequence, anchor.hash)


def _of_link(tx: Transaction, where: str, sequence: int, expected: str) -> list[Discrepancy]:
    got = instance.link(tx, sequence) if sequence else audit.GENESIS
    if got == expected:
        return []
    if got is None:
        last = tx.value("SELECT max(sequence) FROM audit")
        return [Discrepancy("outside_is_ahead", where, str(sequence), str(last or 0))]
    return [Discrepancy("outside_differs", f"{where}: audit {sequence}", expected, got)]
