"""Write ``codes.json`` from two official tables; run again when a new edition appears.

    python -m formats.iso20022.generate_codes EXTERNAL_CODES.csv ISO4217.xml

EXTERNAL_CODES.csv: the external code sets of ISO 20022, flattened to ``set,code,description``.
ISO4217.xml: list one of the maintenance agency of ISO 4217 (the package ``iso4217`` carries it as ``table.xml``).
"""

from __future__ import annotations

import csv
import json
import sys
from collections import defaultdict
from pathlib import Path

from lxml import etree

SETS = {
    "statuses": "ExternalPaymentTransactionStatus1Code",
    "status_reasons": "ExternalStatusReason1Code",
    "return_reasons": "ExternalReturnReason1Code",
}


def currencies(table: Path) -> dict[str, int]:
    """Decimals of each currency; precious metals and test codes have none and are left out."""
    decimals: dict[str, int] = {}
    for row in etree.parse(table, etree.XMLParser(resolve_entities=False, no_network=True)).iter("CcyNtry"):
        currency, units = row.findtext("Ccy", ""), row.findtext("CcyMnrUnts", "")
        if units.isdigit():
            decimals[currency] = int(units)
    return dict(sorted(decimals.items()))


def code_sets(table: Path) -> dict[str, dict[str, str]]:
    """``{"status_reasons": {"AC04": "Account number ..."}}`` for the sets we use."""
    by_set: dict[str, dict[str, str]] = defaultdict(dict)
    with table.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            by_set[row["set"]][row["code"]] = row["description"]
    return {name: dict(sorted(by_set[official].items())) for name, official in SETS.items()}


def main(external_codes: str, iso4217: str) -> None:
    tables = {"currencies": currencies(Path(iso4217)), **code_sets(Path(external_codes))}
    text = json.dumps(tables, ensure_ascii=False, indent=1)
    Path(__file__).with_name("codes.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
