"""sepaxml: a tree of the standard library, checked by the ``xmlschema`` package. It does not sign."""

from __future__ import annotations

import sys

from sepaxml import SepaTransfer  # type: ignore

from bench import inputs
from bench.cases.ours import temporary
from bench.harness import measured

_CONFIG = {
    "name": inputs.DEBTOR,
    "IBAN": f"VN12{inputs.DEBTOR_ACCOUNT}",
    "BIC": inputs.DEBTOR_BIC,
    "batch": True,
    "currency": inputs.CURRENCY,
    "domestic": True,
}


def build(count: int, validate: bool) -> None:
    """Message bytes in a file; ``clean`` is off, since the names are transliterated already."""
    with measured(), temporary() as sink:
        transfer = SepaTransfer(dict(_CONFIG), schema="pain.001.001.09", clean=False)
        for payment in inputs.payments(count):
            transfer.add_payment(_fields(payment))
        sink.write(transfer.export(validate=validate))


def _fields(payment: inputs.Payment) -> dict[str, object]:
    """It knows accounts as IBAN only, no UETR, no member id, no purpose."""
    return {
        "name": payment.name,
        "IBAN": f"VN12{payment.account}",
        "amount": payment.amount * 100,
        "execution_date": inputs.EXECUTION_DATE,
        "description": payment.remittance,
        "endtoend_id": payment.end_to_end_id,
    }


if __name__ == "__main__":
    build(int(sys.argv[2]), validate=sys.argv[1] == "validate")
