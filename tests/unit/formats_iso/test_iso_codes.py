from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.errors import Unreadable
from formats.iso20022 import codes, generate_codes

Generate = Callable[[Path], Iterator[tuple[str, str]]]


@pytest.mark.parametrize(("currency", "decimals"), [("VND", 0), ("JPY", 0), ("EUR", 2), ("KWD", 3), ("CLF", 4)])
def test_the_currency_decides_the_decimals(currency: str, decimals: int) -> None:
    assert codes.exponent(currency) == decimals


@pytest.mark.parametrize("currency", ["", "ZZZ", "XAU", "vnd"])
def test_a_currency_without_decimals_in_the_standard_is_unknown(currency: str) -> None:
    with pytest.raises(Unreadable, match="unknown_currency"):
        codes.exponent(currency)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1000", "VND", 1000),
        ("100.00", "VND", 100),
        ("10.00", "EUR", 1000),
        ("10.5", "EUR", 1050),
        (".79", "EUR", 79),
        ("5.", "EUR", 500),
        ("0", "VND", 0),
        (".000", "VND", 0),
        ("1.234", "KWD", 1234),
        ("999999999999999999", "VND", 999_999_999_999_999_999),
    ],
)
def test_an_amount_is_read_exactly(text: str, currency: str, minor: int) -> None:
    assert codes.amount_minor(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency", "code"),
    [
        ("100.50", "VND", "amount_too_fine"),
        ("1.001", "EUR", "amount_too_fine"),
        ("1e3", "VND", "amount_unreadable"),
        ("-1", "VND", "amount_unreadable"),
        ("+1", "VND", "amount_unreadable"),
        ("1,000", "VND", "amount_unreadable"),
        (" 1", "VND", "amount_unreadable"),
        (".", "VND", "amount_unreadable"),
        ("", "VND", "amount_unreadable"),
        ("NaN", "VND", "amount_unreadable"),
        ("١٢٣", "VND", "amount_unreadable"),
        ("1000000000000000000", "VND", "amount_unreadable"),
        ("99999999999999999.99", "EUR", "amount_out_of_range"),
    ],
)
def test_an_amount_with_any_doubt_is_refused(text: str, currency: str, code: str) -> None:
    with pytest.raises(Unreadable, match=code):
        codes.amount_minor(text, currency)


@given(st.integers(0, 10**18 - 1), st.sampled_from(["VND", "EUR", "KWD", "CLF"]))
def test_a5_an_amount_survives_writing_and_reading(minor: int, currency: str) -> None:
    assert codes.amount_minor(codes.amount_text(minor, currency), currency) == minor


@pytest.mark.parametrize("minor", [-1, 10**18])
def test_an_amount_outside_the_standard_is_not_written(minor: int) -> None:
    with pytest.raises(Unreadable, match="amount_out_of_range"):
        codes.amount_text(minor, "VND")


# --- the sets ---------------------------------------------------------------------------------------------------

DATA = Path(__file__).parents[4] / "shared/data/codes"
SETS = (*generate_codes.EXTERNAL, *generate_codes.TRANSACTION, "currency")


def committed(name: str) -> str:
    return (codes.FOLDER / name).read_text("utf-8")


@pytest.mark.parametrize(
    ("generate", "table"),
    [
        (generate_codes.external, "external_codes_2Q2026.csv"),
        (generate_codes.transaction, "btc_domain_family_subfamily_2Q2016.json"),
    ],
)
def test_generating_the_sets_from_the_official_tables_gives_the_committed_files(generate: Generate, table: str) -> None:
    if not (DATA / table).exists():
        pytest.skip(f"{table} is not at hand")
    files = dict(generate(DATA / table))
    assert len(files) in (len(generate_codes.EXTERNAL), len(generate_codes.TRANSACTION))
    assert [name for name, text in files.items() if text != committed(name)] == []


def test_generating_the_currencies_from_list_one_gives_the_committed_file() -> None:
    if (package := find_spec("iso4217")) is None or package.origin is None:
        pytest.skip("list one of ISO 4217 is not at hand: the package iso4217 is not installed")
    name, text = generate_codes.currencies(Path(package.origin).with_name("table.xml"))
    assert json.loads(text)["edition"] != json.loads(committed(name))["edition"] or text == committed(name)


def test_currencies_are_sorted_with_their_edition(tmp_path: Path) -> None:
    rows = "".join(
        f"<CcyNtry><Ccy>{code}</Ccy><CcyMnrUnts>{units}</CcyMnrUnts></CcyNtry>"
        for code, units in (("VND", "0"), ("XAU", "N.A."), ("EUR", "2"), ("EUR", "2"))
    )
    (tmp_path / "table.xml").write_text(f'<ISO_4217 Pblshd="2026-01-01"><CcyTbl>{rows}</CcyTbl></ISO_4217>', "utf-8")
    name, text = generate_codes.currencies(tmp_path / "table.xml")
    assert name == "currency.json"
    assert json.loads(text) | {"source": ""} == {
        "set": "ISO 4217",
        "edition": "2026-01-01",
        "source": "",
        "codes": {"EUR": 2, "VND": 0},
    }


def test_every_set_says_its_edition_and_source_and_none_is_left_over() -> None:
    assert {path.stem for path in codes.FOLDER.iterdir()} == set(SETS)
    documents = [json.loads(committed(f"{name}.json")) for name in SETS]
    assert all(document["set"] and document["edition"] and document["source"] for document in documents)


@pytest.mark.parametrize(
    ("name", "code", "begins"),
    [
        ("status", "RJCT", "Payment instruction has been rejected"),
        ("status_reason", "AC04", "Account number specified has been closed"),
        ("return_reason", "AC16", "Account is in sequestration"),
        ("purpose", "BENE", ""),
        ("entry_status", "BOOK", "Booked means"),
        ("transaction_subfamily", "RRTN", "Reversal Due To Payment Return"),
    ],
)
def test_a_code_has_its_official_words(name: str, code: str, begins: str) -> None:
    assert (codes.meaning(name, code) or "").lower().startswith(begins.lower())
    assert codes.meaning(name, code)
    assert codes.meaning(name, "0000") is None


def test_an_amount_reads_no_set_but_the_currencies() -> None:
    code = (
        "from pathlib import Path\nfrom formats.iso20022 import codes\nread = []\nread_text = Path.read_text\n"
        "Path.read_text = lambda path, *given: (read.append(path.name), read_text(path, *given))[1]\n"
        "codes.amount_text(1, 'VND'), codes.amount_text(1, 'EUR')\nprint(*read)"
    )
    read = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert read == ["currency.json"]
