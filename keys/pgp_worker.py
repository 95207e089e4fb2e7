"""OpenPGP in a process of its own: whatever a message holds, memory, time and output end at a limit.

``keys.pgp`` starts this file by its path. A request comes as JSON on standard input, files by their descriptors; one
answer goes as JSON to standard output: what was done, or why it was refused. The library accepts more than we do, so
every refusal that matters is ours: it believes an expired certificate for what was signed before, encrypts to a revoked
one, and takes one good signature among several for enough.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from pysequoia import Cert, CipherSuite, Profile, Tsk, decrypt_file, encrypt_file
from pysequoia.packet import PacketPile, Tag

Request = Mapping[str, Any]

_ARMOR = b"-----BEGIN PGP MESSAGE-----"
_PACKET = 0x80
"""The bit that every binary packet begins with."""
_SECRET = (Tag.SecretKey, Tag.SecretSubkey)
_ENCRYPTED = (Tag.PKESK, Tag.SKESK, Tag.SEIP)
_WITH_KEY_ID = 3
_DAY_SECONDS = 24 * 60 * 60
_COMPRESSED = "message structure"
"""What the library says of a signed message that was compressed before it was encrypted."""


class Refused(Exception):
    """The kind of the error in ``keys.errors``, its code and parameters."""

    def __init__(self, kind: str, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.answer = [kind, code, params]


def main() -> None:
    """Answer the one request."""
    request = json.load(sys.stdin)
    _limit(request["limits"])
    try:
        answer: dict[str, Any] = {"done": _VERBS[request["verb"]](request)}
    except Refused as refused:
        answer = {"refused": refused.answer}
    json.dump(answer, sys.stdout)


def _limit(limits: Mapping[str, int]) -> None:
    """A file that grows too large is an error of its writer, not the end of the process."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    for name, most in {"RLIMIT_CORE": 0, **limits}.items():
        resource.setrlimit(getattr(resource, name), (most, most))


# -- certificates


def _describe(request: Request) -> dict[str, Any]:
    """What a certificate says of itself."""
    if "secret" in request:
        certificate = Tsk.from_bytes(request["secret"].encode()).extract_certificate()
    else:
        certificate = _certificate(request["certificate"])
    return {
        "key_id": certificate.fingerprint,
        "name": ", ".join(str(each) for each in certificate.user_ids),
        "not_after": _ends(certificate),
        "revoked": certificate.is_revoked,
        "certificate": str(certificate),
    }


def _certificate(text: str) -> Cert:
    """The one certificate in it, public only."""
    try:
        found = Cert.split_bytes(text.encode())
    except RuntimeError:
        raise Refused("BadKey", "openpgp_certificate_unreadable") from None
    if len(found) != 1:
        raise Refused("BadKey", "openpgp_certificate_unreadable")
    if any(each.tag in _SECRET for each in PacketPile.from_bytes(text.encode())):
        raise Refused("BadKey", "openpgp_certificate_secret", key_id=found[0].fingerprint)
    return found[0]


def _ends(certificate: Cert) -> str | None:
    return certificate.expiration.isoformat() if certificate.expiration else None


def _check_usable(certificate: Cert, now: str) -> None:
    """Neither revoked nor over."""
    if certificate.is_revoked:
        raise Refused("NotTrusted", "certificate_revoked", key_id=certificate.fingerprint)
    if certificate.expiration and certificate.expiration < datetime.fromisoformat(now):
        raise Refused("NotTrusted", "certificate_expired", key_id=certificate.fingerprint)


def _keys_of(certificate: Cert | Tsk) -> Iterable[str]:
    """Fingerprints of the primary key and of every subkey."""
    return [each.fingerprint for each in PacketPile.from_bytes(bytes(certificate)) if each.fingerprint]


# -- making


def _generate(request: Request) -> dict[str, Any]:
    """A fresh key of ours, armoured."""
    made = Tsk.generate(
        user_id=request["name"],
        profile=Profile.RFC4880,
        cipher_suite=CipherSuite.RSA3k,
        validity_seconds=request["days"] * _DAY_SECONDS,
    )
    from keys.pgp_preference import without_compression  # slow to load, and needed once in years

    return {"secret": str(without_compression(made))}


# -- sealing


def _seal(request: Request) -> dict[str, Any]:
    """Sign, and encrypt to the recipients."""
    recipients = [_certificate(each) for each in request["recipients"]]
    for each in recipients:
        _check_usable(each, request["now"])
    own = Tsk.from_bytes(request["own"].encode())
    try:
        encrypt_file(
            _path(request["source"]),
            _path(request["target"]),
            recipients=[*recipients, own.extract_certificate()],
            signer=own.signer(),
            armor=False,
        )
    except RuntimeError:
        raise Refused("BadKey", "openpgp_not_sealed", key_id=recipients[0].fingerprint) from None
    return {}


# -- opening


class _Opening:
    """One message: who may have signed it, and how far the library came."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._own = Tsk.from_bytes(request["own"].encode())
        self._own_keys = _keys_of(self._own)
        self._ours = [each for text in request["ours"] for each in _keys_of(_certificate(text))]
        self._pins = [_certificate(each) for each in request["trusted"]]
        self._is_decrypted = False

    def open(self) -> dict[str, Any]:
        """Decrypt, and say whose one signature covers what came out."""
        self._check_form()
        source, target = _path(self._request["source"]), _path(self._request["target"])
        try:
            opened = decrypt_file(source, target, decryptor=self._own.decryptor(), store=self._signers)
        except OSError:
            most = self._request["size_bytes_max"]
            if os.stat(target).st_size < most:
                raise
            raise Refused("Hostile", "too_large", size_bytes_max=most) from None
        except RuntimeError as error:
            raise self._reason(str(error)) from None
        if len(opened.valid_sigs) != 1:  # the same signer twice
            raise Refused("BadSignature", "signature_not_unique", found=len(opened.valid_sigs))
        signer = next(each for each in self._pins if each.fingerprint == opened.valid_sigs[0].certificate)
        return {"key_id": signer.fingerprint, "certificate": str(signer)}

    def _check_form(self) -> None:
        with open(_path(self._request["source"]), "rb") as source:
            head = source.read(len(_ARMOR))
        if not head or (head != _ARMOR and not head[0] & _PACKET):
            raise Refused("Hostile", "not_openpgp")

    def _signers(self, issuers: list[str]) -> list[Cert]:
        """Asked by the library once all is decrypted: the certificate of the one signer, if we believe it."""
        self._is_decrypted = True
        if not issuers:
            raise Refused("BadSignature", "signature_missing")
        if not self._request["is_ours"] and any(_among(self._ours, each) for each in issuers):
            raise Refused("NotTrusted", "own_message_reflected")
        if len(issuers) > 1:
            raise Refused("BadSignature", "signature_not_unique", found=len(issuers))
        for certificate in self._pins:
            if _among(_keys_of(certificate), issuers[0]):
                if not self._request["is_ours"]:
                    _check_usable(certificate, self._request["now"])
                return [certificate]
        raise Refused("NotTrusted", "certificate_not_pinned")

    def _reason(self, said: str) -> Refused:
        """Why the library refused; its words choose among codes only."""
        if self._is_decrypted:
            code = "compressed_inside" if _COMPRESSED in said else "signature_mismatch"
            return Refused("BadSignature", code)
        recipients = _recipients(self._request["source"])
        if recipients is None:
            return Refused("Hostile", "not_openpgp")
        if any(_among(self._own_keys, each) for each in recipients):
            return Refused("Hostile", "not_decryptable")
        return Refused("Hostile", "encrypted_to_another")


# -- readers


def _reads(request: Request) -> dict[str, Any]:
    """Whether a message is, or may be, encrypted to this certificate."""
    own = _keys_of(_certificate(request["certificate"]))
    return {"reads": any(_among(own, each) for each in _recipients(request["source"]) or ())}


def _recipients(source: int) -> list[str] | None:
    """Key ids that the message is encrypted to; None when it is not encrypted."""
    try:
        packets = list(PacketPile.from_file(_path(source)))
    except RuntimeError:
        return None
    if not any(each.tag in _ENCRYPTED for each in packets):
        return None
    return [_recipient(each.body) for each in packets if each.tag == Tag.PKESK]


def _recipient(body: bytes) -> str:
    """Key id (version 3) or fingerprint (version 6) of an encrypted session key's reader; empty when it is hidden."""
    if body[0] == _WITH_KEY_ID:
        return body[1:9].hex() if any(body[1:9]) else ""
    return body[3 : 2 + body[1]].hex()


def _among(fingerprints: Iterable[str], issuer: str) -> bool:
    """A key is named by its whole fingerprint, or by the end of it; a hidden one may be any."""
    return any(each.endswith(issuer.lower()) for each in fingerprints)


def _path(descriptor: int) -> str:
    return f"/dev/fd/{descriptor}"


_VERBS: Mapping[str, Callable[[Request], dict[str, Any]]] = {
    "describe": _describe,
    "generate": _generate,
    "seal": _seal,
    "open": lambda request: _Opening(request).open(),
    "reads": _reads,
}

if __name__ == "__main__":
    main()
