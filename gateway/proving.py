"""The bundle that proves one payment: made from a home, and checked by itself, without home or database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, BinaryIO

from gateway.bundle_check import Found, check_body, is_signed
from gateway.domain import bundles
from gateway.domain.errors import BadProof
from gateway.ports import Anchor
from gateway.proof import translated
from keys import shown
from keys.errors import KeysError

if TYPE_CHECKING:
    from gateway.app import App
    from gateway.ports import MessageSigner
    from gateway.usecases.context import Context

SIZE_BYTES_MAX = 64 * 1024 * 1024
_PARTS = {"body", "signature"}


@dataclass(frozen=True, slots=True)
class Checked:
    """What a bundle that fits proves, and the keys that it rests on; whose they are is for the reader to compare."""

    payment: Mapping[str, Any]
    found: Found
    anchor: Anchor
    sealed_by: shown.Signed
    made_at: str


def prove(app: App, end_to_end_id: str) -> bytes:
    """The bundle of one payment, checked like a stranger would check it; it holds personal data in full."""
    from gateway.usecases.prove import gather

    context = app.context
    body, file = gather(context, end_to_end_id, _Signatures())
    signer = context.partner(file.partner).signer()
    with translated():
        body["answers"] = [each | {"whole": is_signed(each)} for each in body["answers"]]
    body["anchor"], body["sealed_by"] = asdict(_anchor(context, signer)), signer.key_id
    digest = hashlib.sha256(bundles.encode(body)).digest()
    signature = signer.signature_beside("detached", digest, bundles.name_of(end_to_end_id))
    bundle = bundles.encode({"body": body, "signature": asdict(shown.of_document(signature))})
    check(bundle)
    return bundle


def _anchor(context: Context, signer: MessageSigner) -> Anchor:
    """The last link of the record of acts: whoever holds the bundle holds it outside (A2)."""
    from gateway.usecases import audit_log

    head = audit_log.head_of(context.store)
    anchor = Anchor(head.instance, head.epoch, head.sequence, head.hash, people=head.people, key_id=signer.key_id)
    return replace(anchor, signature=signer.signature_over(anchor.signed).hex())


class _Signatures:
    """Stored signatures, ready to be shown."""

    def inside(self, message: BinaryIO) -> Mapping[str, str] | None:
        with translated():
            found = shown.find(message)
        return asdict(found) if found else None

    def beside(self, document: bytes, sha256: str, key_id: str) -> Mapping[str, str] | None:
        try:
            found = shown.of_document(document)
            signed = shown.check(found)
        except KeysError:
            return None
        is_this = signed.sha256 == sha256 and signed.fingerprint.startswith(key_id)
        return asdict(found) if is_this else None


def check(bundle: bytes) -> Checked:
    """Raises ``BadProof``, whose code says what does not fit."""
    document = _read(bundle)
    body = document["body"]
    try:
        found = check_body(body)
        anchor = _carried(body, document["signature"])
        sealed_by = _seal(body, document["signature"])
        return Checked(body["payment"], found, anchor, sealed_by, body["made_at"])
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError):
        raise BadProof("bundle_form") from None


def _read(bundle: bytes) -> dict[str, Any]:
    """In its one spelling, so that no byte of it can be other."""
    try:
        document = json.loads(bundle)
    except (ValueError, RecursionError):
        raise BadProof("bundle_form") from None
    if not isinstance(document, dict) or set(document) != _PARTS or _spelled(document) != bundle:
        raise BadProof("bundle_form")
    if not isinstance(document["body"], dict) or document["body"].get("form") != bundles.FORM:
        raise BadProof("bundle_form")
    return document


def _spelled(document: dict[str, Any]) -> bytes:
    try:
        return bundles.encode(document)
    except (UnicodeEncodeError, RecursionError):
        return b""


def _carried(body: dict[str, Any], signature: dict[str, str]) -> Anchor:
    """The link of our record, signed by the key that sealed the bundle."""
    anchor = Anchor(**body["anchor"])
    try:
        is_ours = shown.is_by(shown.Shown(**signature), anchor.signed, bytes.fromhex(anchor.signature))
    except KeysError:
        is_ours = False
    if not is_ours:
        raise BadProof("bundle_anchor")
    return anchor


def _seal(body: dict[str, Any], signature: dict[str, str]) -> shown.Signed:
    """Our signature over all of it."""
    name = bundles.name_of(body["payment"]["end_to_end_id"])
    try:
        signed = shown.check(shown.Shown(**signature))
    except KeysError:
        raise BadProof("bundle_seal") from None
    if f'URI="{name}"' not in signature["signed_info"] or not signed.fingerprint.startswith(body["sealed_by"]):
        raise BadProof("bundle_seal")
    if hashlib.sha256(bundles.encode(body)).hexdigest() != signed.sha256:
        raise BadProof("bundle_seal")
    return signed
