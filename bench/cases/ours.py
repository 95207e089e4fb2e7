"""Our way of making a message: render, sign, check against the official schema and every value."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache, partial
from hashlib import sha256
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

from bench import inputs
from bench.harness import measured
from formats.iso20022 import pain001
from gateway.checking import check_for
from keys import certificates, signing, xmldsig
from keys.signing import SigningKey

_PART_BYTES = 1 << 20
MESSAGE = "pain.001.001.09"


def head(count: int) -> tuple[pain001.Header, pain001.Block]:
    header = pain001.Header(
        message_id="M01VIDU000000000001",
        created=inputs.CREATED,
        initiating_party=pain001.Party(inputs.DEBTOR),
        count=count,
        control_sum=inputs.total(count),
        currency=inputs.CURRENCY,
    )
    block = pain001.Block(
        payment_information_id="P01VIDU000000000001",
        execution_date=inputs.EXECUTION_DATE,
        debtor=pain001.Party(inputs.DEBTOR),
        debtor_account=pain001.Account(inputs.DEBTOR_ACCOUNT),
        debtor_agent=pain001.Agent(bicfi=inputs.DEBTOR_BIC),
        currency=inputs.CURRENCY,
        count=count,
        control_sum=inputs.total(count),
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
        creditor=pain001.Party(payment.name),
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


def rendered(count: int, sink: BinaryIO, **options: Any) -> pain001.Rendered:
    """The message in the sink; with ``sign`` among the options it has an envelope."""
    header, block = head(count)
    result = pain001.render(header, [(block, transfers(count))], sink, **options)
    sink.seek(0)
    return result


def signed(count: int, key: SigningKey, sink: BinaryIO) -> pain001.Rendered:
    """The finished message."""
    return rendered(count, sink, sign=partial(xmldsig.sign_digest, key=key))


def unsigned(count: int, sink: BinaryIO) -> int:
    """A message with an empty envelope; where the signature goes, counted from its start."""
    return len(pain001.DECLARATION) + rendered(count, sink, sign=lambda _: b"").signed_at


def digest_of(source: BinaryIO, start: int = 0) -> bytes:
    """SHA-256 of the stream from this byte on."""
    digest = sha256()
    source.seek(start)
    while part := source.read(_PART_BYTES):
        digest.update(part)
    source.seek(0)
    return digest.digest()


def build(count: int) -> None:
    """Message bytes in a file, nothing checked afterwards."""
    with measured(), temporary() as sink:
        rendered(count, sink)


def validate(count: int) -> None:
    """Build, sign, and check in a second process: official schema, counts, sums and every value."""
    with temporary() as sink:
        key = signing_key()
        with measured():
            _checked(count, key, sink)


def _checked(count: int, key: SigningKey, sink: BinaryIO) -> pain001.Rendered:
    with check_for(MESSAGE, count) as check:
        result = rendered(count, sink, sign=partial(xmldsig.sign_digest, key=key), follower=check)
        verdict = check.verdict()
    assert (verdict.sha256, verdict.values) == (result.sha256, result.values)
    return result


def seal(count: int) -> None:
    """The same; then read the file once more for its digest, and check the signature in it."""
    key = signing_key()
    with temporary() as sink, measured():
        result = _checked(count, key, sink)
        assert digest_of(sink) == result.sha256
        sink.seek(len(pain001.DECLARATION))
        found = xmldsig.check_spliced(sink, result.signed_at, result.signature_bytes, key.certificate_pem)
        assert found == result.digest


def sign(count: int) -> None:
    """A message on disk becomes a signed message on disk."""
    key = signing_key()
    with temporary() as message, temporary() as sink:
        splice_at = unsigned(count, message)
        with measured():
            signature = xmldsig.sign_digest(digest_of(message, len(pain001.DECLARATION)), key)
            xmldsig.splice(message, splice_at, signature, sink)


CASES: dict[str, Callable[[int], None]] = {"build": build, "validate": validate, "seal": seal, "sign": sign}

if __name__ == "__main__":
    CASES[sys.argv[1]](int(sys.argv[2]))
