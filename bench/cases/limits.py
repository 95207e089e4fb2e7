"""The limit of the machine: what the least conceivable work costs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import islice

from lxml import etree

from bench import inputs
from bench.cases import ours
from bench.harness import measured
from formats.iso20022 import schema

_MESSAGE = "pain.001.001.09"
_TRANSFER = f"{{urn:iso:std:iso:20022:tech:xsd:{_MESSAGE}}}CdtTrfTxInf"


def schema_alone(count: int) -> None:
    """libxml2 checks our finished bytes while streaming; nothing is read from them."""
    with ours.temporary() as message:
        ours.signed(count, ours.signing_key(), message)
        compiled = etree.XMLSchema(etree.parse(schema.find(_MESSAGE)))
        with measured():
            for _, element in etree.iterparse(message, events=("end",), tag=_TRANSFER, schema=compiled):
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]


def hash_and_sign(count: int) -> None:
    """SHA-256 over our bytes and one RSA signature."""
    key = ours.signing_key()
    with ours.temporary() as message:
        ours.rendered(count, message)
        with measured():
            key.sign(ours.digest_of(message))


def row_loop(count: int) -> None:
    """One format string a row and a write: no rule checked, nothing escaped."""
    with measured(), ours.temporary() as sink:
        rows = inputs.payments(count)
        while part := "".join(map(_markup, islice(rows, 1000))):
            sink.write(part.encode())


def _markup(payment: inputs.Payment) -> str:
    return (
        f"<CdtTrfTxInf><PmtId><EndToEndId>{payment.end_to_end_id}</EndToEndId><UETR>{payment.uetr}</UETR></PmtId>"
        f'<Amt><InstdAmt Ccy="VND">{payment.amount}</InstdAmt></Amt>'
        f"<CdtrAgt><FinInstnId><ClrSysMmbId><MmbId>{payment.bank}</MmbId></ClrSysMmbId></FinInstnId></CdtrAgt>"
        f"<Cdtr><Nm>{payment.name}</Nm></Cdtr><CdtrAcct><Id><Othr><Id>{payment.account}</Id></Othr></Id></CdtrAcct>"
        f"<Purp><Cd>SSBE</Cd></Purp><RmtInf><Ustrd>{payment.remittance}</Ustrd></RmtInf></CdtTrfTxInf>"
    )


CASES: dict[str, Callable[[int], None]] = {"schema": schema_alone, "hash": hash_and_sign, "rows": row_loop}

if __name__ == "__main__":
    CASES[sys.argv[1]](int(sys.argv[2]))
