"""What a bundle says of one payment, held against the signatures and hashes in it: each thing by itself, so that the
answer says what does not fit."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from formats.errors import FormatError
from formats.iso20022 import shown as messages
from formats.iso20022.codes import amount_text
from gateway import bundle_people
from gateway.domain import bundles, merkle
from gateway.domain.errors import BadProof
from keys import operators, shown
from keys.errors import KeysError

Fields = dict[str, Any]

_NAMING = ("end_to_end", "uetr", "instruction")
"""Keys by which an entry names the payment itself, not a file of many."""
_NAMING_FILE = ("message", "block")
_BESIDE = ("detached", "cms")
_BOOKED = {"settled": "debit", "returned": "return"}
"""What must be booked for a state."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A file, and the certificate that signed it; both empty when the bundle can show no signature."""

    file: str
    subject: str
    fingerprint: str
    not_shown: str = ""
    """How it was proven besides, where that cannot be shown: a key of ``bundles.NOT_SHOWN``."""
    key_id: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Whose signatures fit: people by name with their key, and files with the certificate that signed them."""

    approvals: list[tuple[str, str]]
    files: list[Signed]
    roots: list[str]
    """Root admins, whom the people follow from."""
    roots_digest: str


def check_body(body: Fields) -> Found:
    """Raises ``BadProof``, whose code says what does not fit."""
    approved = _approved_line(body)
    approvals = _approvals(body)
    roots, digest = bundle_people.check(body)
    files = _file(body, approved)
    files += [_answer(answer, approved) for answer in body["answers"]]
    files += [_booking(booking, approved, body["file"]) for booking in body["bookings"]]
    _state(body)
    return Found(approvals, list(dict.fromkeys(files)), roots, digest)


def _approved_line(body: Fields) -> Fields:
    """The payment as approved: its row, its line, and the way from there to what people signed."""
    approval, content = body["approval"], body["content"]
    *values, blind = approval["line"].split(bundles.SEPARATOR)
    approved = dict(zip(bundles.APPROVED, values, strict=True))
    row = content["row"].split(bundles.SEPARATOR)
    salted = hashlib.sha256(bytes.fromhex(content["salt"]) + content["row"].encode()).hexdigest()
    if salted != blind or any(row[place] != approved[name] for name, place in bundles.CONTENT.items()):
        raise BadProof("bundle_content")
    root = _climbed(approval["line"].encode(), approval["path"])
    digest = hashlib.sha256(f"{approval['head']}\n{root}\n".encode()).hexdigest()
    if digest != approval["content_sha256"]:
        raise BadProof("bundle_line")
    payment = body["payment"]
    for name in ("end_to_end_id", "partner", "currency", "amount"):
        if str(payment[name]) != approved[name]:
            raise BadProof("bundle_payment", field=name)
    return approved | {"account": row[bundles.ACCOUNT]}


def _climbed(line: bytes, path: list[list[str]]) -> str:
    steps = [(side, bytes.fromhex(digest)) for side, digest in path]
    if any(side not in (merkle.LEFT, merkle.RIGHT) for side, _ in steps):
        raise BadProof("bundle_form")
    return merkle.climb(merkle.leaf(line), steps).hex()


def _approvals(body: Fields) -> list[tuple[str, str]]:
    """Each person's signature, and that they are enough and none of them the maker."""
    approval = body["approval"]
    head = approval["head"].split(bundles.SEPARATOR)
    found = {}
    for each in approval["signatures"]:
        operator, key = each["operator"], each["public_key"].encode()
        signed = bundles.statement_of(
            head[bundles.HEAD_BATCH],
            approval["content_sha256"],
            body["environment"],
            operator,
            each["act"],
            approval["rule"],
        )
        try:
            operators.verify(key, bytes.fromhex(each["signature"]), signed)
            found[operator] = operators.key_id_of_public(key)
        except (KeysError, ValueError):
            raise BadProof("bundle_approval", operator=operator) from None
    required = int(approval["required"])
    if len(set(found.values())) < max(required, 1) or head[bundles.HEAD_MAKER] in found:
        raise BadProof("bundle_approvals", found=len(set(found.values())), required=required)
    return list(found.items())


def _file(body: Fields, approved: Fields) -> list[Signed]:
    """The line in the file, the same payment as was approved, and our signatures: in the file, and beside it."""
    file = body["file"]
    part = file["line"].encode()
    if _climbed(bundles.file_leaf(approved["uetr"], file["line"]), file["path"]) != file["root"]:
        raise BadProof("bundle_file_line", file=file["message_id"])
    wanted = {
        "EndToEndId": approved["end_to_end_id"],
        "InstdAmt": amount_text(int(approved["amount"]), approved["currency"]),
        "Id": approved["account"],
    }
    for name, value in wanted.items():
        if value not in messages.texts(part, name):
            raise BadProof("bundle_payment", field=name)
    return [_sealed(file), *_beside(file["travelled"])]


def _sealed(file: Fields) -> Signed:
    """What travelled is the file itself, or an OpenPGP message that holds it."""
    signed, travelled = _signed(file["message_id"], file["signature"]), file["travelled"]
    if travelled["encrypted_to"] is None:
        fits = (travelled["sha256"], travelled["not_shown"]) == (file["sha256"], "")
    else:
        fits = travelled["not_shown"] == bundles.NOT_SHOWN["sealed"]
        signed = replace(signed, not_shown="sealed", sha256=travelled["sha256"])
    if not fits:
        raise BadProof("bundle_signature", file=file["message_id"])
    return signed


def _beside(travelled: Fields) -> list[Signed]:
    """Our signature that lay beside what travelled is over its bytes."""
    if (beside := travelled["beside"]) is None:
        return []
    signed = _signed(beside["name"], beside["signature"])
    if _digest_of(beside["signature"]) != travelled["sha256"]:
        raise BadProof("bundle_signature", file=beside["name"])
    return [signed]


def _answer(answer: Fields, approved: Fields) -> Signed:
    """What the partner said stands in what is shown of its file, and that is what it signed where it is whole."""
    name, part = answer["file"]["reference"], answer["part"].encode()
    signed = _received(answer)
    try:
        held, named = messages.statuses(part), messages.texts(part, "OrgnlEndToEndId")
    except FormatError:
        raise BadProof("bundle_answer", file=name) from None
    said = {each["status"] for each in answer["said"]} - {None}
    if said - held or named - {approved["end_to_end_id"]}:
        raise BadProof("bundle_answer", file=name)
    if answer["whole"] and not is_signed(answer):
        raise BadProof("bundle_answer", file=name)
    return signed


def is_signed(answer: Fields) -> bool:
    """Whether what is shown is, to the byte, what the partner signed."""
    if answer["signature"] is None:
        return False
    return hashlib.sha256(answer["part"].encode()).hexdigest() == _digest_of(answer["signature"])


def _booking(booking: Fields, approved: Fields, file: Fields) -> Signed:
    """What is shown of the entry names the payment and the amount, or the file that it books in one sum."""
    name, by = booking["file"]["reference"], booking["by"]
    signed = _received(booking)
    try:
        fits = _names(booking, approved) if by in _NAMING else by not in _NAMING_FILE or _names_file(booking, file)
    except FormatError:
        fits = False
    if not fits:
        raise BadProof("bundle_booking", file=name)
    return signed


def _names(booking: Fields, approved: Fields) -> bool:
    """Wherever in it the id stands: banks put it into texts, too."""
    end_to_end_id, amount = approved["end_to_end_id"], (booking["currency"], int(booking["amount"]))
    names = (end_to_end_id, approved["uetr"], f"I{end_to_end_id[1:]}")
    return _holds(booking, names) and amount in messages.amounts(booking["part"].encode())


def _names_file(booking: Fields, file: Fields) -> bool:
    return _holds(booking, (file["message_id"], file["payment_information_id"]))


def _holds(booking: Fields, names: tuple[str, ...]) -> bool:
    part = booking["part"].lower()
    return any(name.lower() in part for name in names)


def _signed(name: str, signature: Mapping[str, str] | None) -> Signed:
    if signature is None:
        return Signed(name, "", "")
    try:
        signed = shown.check(shown.of_fields(signature))
    except KeysError:
        raise BadProof("bundle_signature", file=name) from None
    return Signed(name, signed.subject, signed.fingerprint)


def _received(said: Fields) -> Signed:
    """The partner's signature; one that lay beside its file is over the bytes of the file."""
    file, signature = said["file"], said["signature"]
    signed, proof = _signed(file["reference"], signature), file["proof"]
    is_of_file = proof not in _BESIDE or (signature is not None and _digest_of(signature) == file["sha256"])
    if not is_of_file or file["not_shown"] != bundles.NOT_SHOWN.get(proof, ""):
        raise BadProof("bundle_signature", file=file["reference"])
    if not file["not_shown"]:
        return signed
    return replace(signed, not_shown=proof, key_id=file["key_id"] or "", sha256=file["sha256"])


def _digest_of(signature: Mapping[str, str]) -> str:
    return shown.check(shown.of_fields(signature)).sha256


def _state(body: Fields) -> None:
    """The state rests on evidence in the bundle."""
    state, kinds = body["payment"]["state"], {each["kind"] for each in body["bookings"]}
    said = {each["status"] for answer in body["answers"] for each in answer["said"]}
    if _BOOKED.get(state, "") not in {*kinds, ""} or (state == "rejected" and "RJCT" not in said):
        raise BadProof("bundle_state", state=state)
