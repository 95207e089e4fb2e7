"""Our way of making a message: render, sign, splice, read back against the official schema and every row."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from itertools import chain
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from bench import inputs
from bench.harness import measured
from formats.iso20022 import pain001
from keys import certificates, signing, xmldsig
from keys.signing import SigningKey

_PART_BYTES = 1 << 20


def head(count: int) -> tuple[pain001.Header, pain001.Block]:
    header = pain001.Header(
        message_id="M01VIDU000000000001",
        created=inputs.CREATED,
        initiating_party=inputs.DEBTOR,
        initiating_party_id=None,
        count=count,
        control_sum=inputs.total(count),
        currency=inputs.CURRENCY,
    )
    block = pain001.Block(
        payment_information_id="P01VIDU000000000001",
        execution_date=inputs.EXECUTION_DATE,
        debtor=inputs.DEBTOR,
        debtor_account=pain001.Account(inputs.DEBTOR_ACCOUNT),
        debtor_agent=pain001.Agent(bicfi=inputs.DEBTOR_BIC),
        currency=inputs.CURRENCY,
        category_purpose="SSBE",
        batch_booking=True,
        charge_bearer="SLEV",
    )
    return header, block


def transfers(count: int) -> Iterator[pain001.Transfer]:
    return map(_transfer, inputs.payments(count))


def _transfer(payment: inputs.Payment) -> pain001.Transfer:
    return pain001.Transfer(
        instruction_id=f"I{payment.end_to_end_id[1:]}",
        end_to_end_id=payment.end_to_end_id,
        uetr=payment.uetr,
        amount=payment.amount,
        creditor=payment.name,
        creditor_account=pain001.Account(payment.account),
        creditor_agent=agent(payment.bank),
        purpose="SSBE",
        remittance=payment.remittance,
    )


@cache
def agent(bank: str) -> pain001.Agent:
    return pain001.Agent(member_id=bank)


def temporary() -> BinaryIO:
    return cast(BinaryIO, TemporaryFile())


def signing_key() -> SigningKey:
    """A fresh RSA-3072 key with its certificate."""
    private = signing.generate()
    certificate = certificates.self_signed(private, "bench", datetime.now(UTC), 1)
    return signing.from_secret("bench", signing.to_secret(private), certificates.to_pem(certificate))


def rendered(count: int, sink: BinaryIO) -> tuple[pain001.Rendered, int]:
    """The unsigned message, and the byte where its signature goes."""
    header, block = head(count)
    result = pain001.render(header, block, transfers(count), sink)
    assert result.splice_at is not None
    sink.seek(0)
    return result, result.splice_at


def signed(count: int, key: SigningKey, sink: BinaryIO) -> tuple[bytes, int, int]:
    """The finished message; its digest, where the signature is and how long."""
    with temporary() as unsigned:
        result, splice_at = rendered(count, unsigned)
        signature = xmldsig.sign_digest(result.digest, key)
        xmldsig.splice(unsigned, splice_at, signature, sink)
    sink.seek(0)
    return result.digest, splice_at, len(signature)


def digest_of(source: BinaryIO) -> bytes:
    """SHA-256 of the stream from its start."""
    digest = sha256()
    while part := source.read(_PART_BYTES):
        digest.update(part)
    source.seek(0)
    return digest.digest()


def build(count: int) -> None:
    """Message bytes in a file, nothing checked afterwards."""
    with measured(), temporary() as sink:
        rendered(count, sink)


def seal(count: int) -> None:
    """Build, sign, validate, compare every field, check digest and signature of the finished bytes."""
    key = signing_key()
    with measured(), temporary() as sink:
        digest, splice_at, signature_size = signed(count, key, sink)
        for wanted, got in zip(chain(head(count), transfers(count)), pain001.read(sink), strict=True):
            assert wanted == got
        sink.seek(0)
        assert xmldsig.check_spliced(sink, splice_at, signature_size, key.certificate_pem) == digest


def sign(count: int) -> None:
    """A message on disk becomes a signed message on disk."""
    key = signing_key()
    with temporary() as unsigned, temporary() as sink:
        _, splice_at = rendered(count, unsigned)
        with measured():
            signature = xmldsig.sign_digest(digest_of(unsigned), key)
            xmldsig.splice(unsigned, splice_at, signature, sink)


CASES: dict[str, Callable[[int], None]] = {"build": build, "seal": seal, "sign": sign}

if __name__ == "__main__":
    CASES[sys.argv[1]](int(sys.argv[2]))
