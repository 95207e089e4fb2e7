"""Planted bugs of keys, proofs, anchors and copies: what holds from outside the database is not asked (M15, T, A)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from typing import Any, BinaryIO

from lxml import etree
from support.signatures import DSIG, TemporarySpool

from gateway import proof
from gateway.domain.errors import BadProof
from gateway.proof import PartnerVerifier
from gateway.store import blobs
from gateway.usecases import audit_log, guard, pins, seal, understand
from gateway.usecases.delivery.place import Place
from gateway.usecases.statements import Reading
from keys import signature, trust
from simulation.patches import Patch, bug

Verifier: Any = PartnerVerifier

# --- whose word it is ------------------------------------------------------------------------------------------------


@bug
def signatures_beside_are_not_verified(patch: Patch) -> None:
    """It is enough that one lies there."""

    def verified(verifier: Any, source: BinaryIO, *_rest: Any) -> Any:
        return trust.accept_channel(source, TemporarySpool())

    patch.set(Verifier, "verify_beside", verified)


@bug
def a_signature_is_of_any_file(patch: Patch) -> None:
    """It is genuine; whether it is over this file is not looked at."""
    patch.set(signature, "check_digest", lambda signed, found, certificate: None)


@bug
def a_signed_part_proves_the_whole(patch: Patch) -> None:
    """Somewhere inside stands what the partner has signed."""
    before = Verifier.verify

    def verified(verifier: Any, source: BinaryIO, proof: str, size_bytes_max: int) -> Any:
        try:
            return before(verifier, source, proof, size_bytes_max)
        except BadProof:
            source.seek(0)
            for part in _documents_inside(source.read()):
                with suppress(BadProof):
                    before(verifier, BytesIO(part), proof, size_bytes_max)
                    source.seek(0)
                    return trust.accept_channel(source, TemporarySpool())
            raise

    patch.set(Verifier, "verify", verified)


def _documents_inside(content: bytes) -> list[bytes]:
    try:
        root = etree.fromstring(content)
    except etree.XMLSyntaxError:
        return []
    signed = [each.getparent() for each in root.iter(f"{{{DSIG}}}Signature")]
    around = {each for place in signed if place is not None for each in place.iterancestors("{*}Document")}
    return [etree.tostring(each, with_tail=False) for each in around - {root}]


@bug
def openpgp_of_whoever_is_known(patch: Patch) -> None:
    """A signature of any certificate that is at hand will do, not only of the partner's."""
    from support import pgp

    before = Verifier.verify

    def verified(verifier: Any, source: BinaryIO, proof: str, size_bytes_max: int) -> Any:
        if proof == "openpgp":
            known = verifier._pgp_pins()
            verifier._pgp_pins = lambda: replace(known, trusted=(*known.trusted, pgp.key("stranger").certificate))
        return before(verifier, source, proof, size_bytes_max)

    patch.set(Verifier, "verify", verified)


@bug
def retired_keys_are_believed(patch: Patch) -> None:
    """A retired key of a partner's is shown as retired."""
    patch.set(pins.Pin, "is_believed", lambda pin, moment: True)


@bug
def a_key_is_pinned_when_the_table_says_so(patch: Patch) -> None:
    """The signatures of the two people who imported it are not looked at again."""
    patch.set(pins, "_is_by_two", lambda context, tx, decision: True)


@bug
def any_account_is_ours(patch: Patch) -> None:
    """The partner has signed it and laid it into our folder."""

    def reading(_accounts: Any, **rest: Any) -> Reading:
        return Reading(None, **rest)

    patch.set(understand, "Reading", reading)


# --- our keys --------------------------------------------------------------------------------------------------------


@bug
def what_is_to_be_encrypted_travels_in_the_clear(patch: Patch) -> None:
    """What is called encrypted, and to whom, is the message as it was signed."""

    def travelling(_context: Any, partner: Any, final: BinaryIO) -> seal.Travelling:
        if partner.profile.outbox.encryption == "none":
            return seal.Travelling(final, None)
        return seal.Travelling(final, next(iter(partner.envelope().readers())))

    patch.set(seal, "_travelling", travelling)


@bug
def our_key_is_not_noted(patch: Patch) -> None:
    """Which key of ours has signed a file is not written down."""
    before = seal._store
    patch.set(seal, "_store", lambda *arguments: before(*arguments[:-1], ""))


@bug
def the_partners_key_is_not_noted(patch: Patch) -> None:
    """Which certificate has proven a file is not written down."""
    before = understand._finish

    def finished(tx: Any, row: Any, *rest: Any) -> None:
        row.key_id = None
        before(tx, row, *rest)

    patch.set(understand, "_finish", finished)


@bug
def an_ended_certificate_signs(patch: Patch) -> None:
    """Whether our certificate is valid is a matter of the partner's."""
    patch.set(proof, "require_valid", lambda key, now: None)


# --- what is remembered ----------------------------------------------------------------------------------------------


@bug
def kept_bytes_are_believed(patch: Patch) -> None:
    """What is read from the database, and read back from the partner, is what was put there."""
    before = blobs.parts

    def parts(tx: Any, sha256: str) -> Iterator[bytes]:
        try:
            yield from before(tx, sha256)
        except blobs.Tampered:
            return

    patch.set(blobs, "parts", parts)

    def uploaded(place: Any, name: str, opened: Any, handed_over: Any) -> bool:
        place._write(name, opened, handed_over)
        return True

    patch.set(Place, "upload", uploaded)


@bug
def received_bytes_are_tidied(patch: Patch) -> None:
    """What is kept of a file is kept without what stands around it."""
    before = blobs._sealed

    def sealed(tx: Any, source: BinaryIO, sha256: str) -> Any:
        return before(tx, BytesIO(source.read().strip()[:-1]), sha256)

    patch.set(blobs, "_sealed", sealed)


@bug
def a_database_set_back_goes_on(patch: Patch) -> None:
    """Nobody compares the database with what is remembered outside of it."""
    patch.set(guard, "set_back", lambda context: None)


@bug
def statements_are_not_counted_outside(patch: Patch) -> None:
    """An anchor is compared with the record of acts, and not with the statements about people."""
    before = guard._difference
    patch.set(
        guard, "_difference", lambda context, tx, head, anchor: before(context, tx, head, replace(anchor, people=0))
    )


@bug
def names_at_the_partner_are_not_looked_at(patch: Patch) -> None:
    """What lies at a partner under our names is taken for ours."""
    patch.set(guard, "_unknown", lambda context, partner, ours: [])


@bug
def anchors_are_not_compared(patch: Patch) -> None:
    """The record of acts is held against itself alone."""
    patch.set(audit_log, "_of_anchor", lambda tx, head, anchor: [])


@bug
def anybodys_anchor_counts(patch: Patch) -> None:
    """Whether we have signed an anchor is not asked."""
    patch.set(audit_log, "_of_signature", lambda anchor, is_ours: [])
