"""A wish in our OpenPGP certificate: do not compress what you encrypt to us.

GnuPG compresses otherwise, and what was compressed before it was encrypted is not opened by ``keys.pgp_worker``. The
library makes certificates without such a wish, so one signature packet is written here (RFC 4880, 5.2).
"""

from __future__ import annotations

import hashlib
import itertools

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA512
from pysequoia import Tsk
from pysequoia.packet import PacketPile, Tag

_KEY_HEAD_BYTES = 6
"""Version, creation time and algorithm."""
_UNCOMPRESSED = b"\x02\x16\x00"
"""The subpacket "preferred compression algorithms": none."""


def without_compression(key: Tsk) -> Tsk:
    """The same RSA key; the self-signature over its name is made anew with the wish in it."""
    packets = list(PacketPile.from_bytes(bytes(key)))
    private, public = _primary(packets[0].body)
    made = [
        _certification(each.body, public, before.body, private) if before.tag == Tag.UserID else bytes(each)
        for before, each in itertools.pairwise(packets)
    ]
    return Tsk.from_bytes(bytes(packets[0]) + b"".join(made))


def _primary(body: bytes) -> tuple[RSAPrivateKey, bytes]:
    """The key in an unprotected secret key packet (RFC 4880, 5.5.3), and the public part of the packet."""
    numbers: list[int] = []
    at, public_bytes = _KEY_HEAD_BYTES, 0
    for name in "nedpq":
        size = (int.from_bytes(body[at : at + 2], "big") + 7) // 8
        numbers.append(int.from_bytes(body[at + 2 : at + 2 + size], "big"))
        at += 2 + size
        if name == "e":
            public_bytes, at = at, at + 1  # an octet says that the secret numbers follow as they are
    n, e, d, p, q = numbers
    crt = rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q)
    return rsa.RSAPrivateNumbers(p, q, d, *crt, rsa.RSAPublicNumbers(e, n)).private_key(), body[:public_bytes]


def _certification(signature: bytes, public: bytes, name: bytes, private: RSAPrivateKey) -> bytes:
    """A version 4 signature packet like the one given, with the wish added (RFC 4880, 5.2.3 and 5.2.4)."""
    hashed_bytes = int.from_bytes(signature[4:6], "big")
    hashed = signature[6 : 6 + hashed_bytes] + _UNCOMPRESSED
    rest = signature[6 + hashed_bytes :]
    unhashed = rest[: 2 + int.from_bytes(rest[:2], "big")]
    head = signature[:4] + len(hashed).to_bytes(2, "big") + hashed
    of = b"\x99" + len(public).to_bytes(2, "big") + public + b"\xb4" + len(name).to_bytes(4, "big") + name
    signed = of + head + b"\x04\xff" + len(head).to_bytes(4, "big")
    value = int.from_bytes(private.sign(signed, PKCS1v15(), SHA512()), "big")
    number = value.bit_length().to_bytes(2, "big") + value.to_bytes((value.bit_length() + 7) // 8, "big")
    body = head + unhashed + hashlib.sha512(signed).digest()[:2] + number
    return b"\xc2\xff" + len(body).to_bytes(4, "big") + body
