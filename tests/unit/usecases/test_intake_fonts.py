"""Import of lists from old fonts: what is paid is what is shown; what the list said stays with the payment."""

from __future__ import annotations

import io
import json

import pytest
from support.gateways import Gateway, Row, csv_of, row
from support.legacy_text import encode
from support.stores import VAULT

from gateway.reports.persons import person

NAMES = ("Trần Văn Nam", "Đỗ Thị Hồng", "Nguyễn Hữu Đức", "Phạm Quỳnh Như")
ROWS = [row(number, beneficiary_name=name) for number, name in enumerate(NAMES, start=1)]
ROWS[0] |= {"payee_name": "Lê Thị Mận", "payee_basis": "giám hộ"}


def typed(rows: list[Row]) -> list[Row]:
    """The same rows with texts of TCVN3 pasted into them."""
    return [{name: encode(value, "tcvn3") for name, value in each.items()} for each in rows]


def old_bytes(rows: list[Row]) -> io.BytesIO:
    return io.BytesIO(encode(csv_of(rows).decode(), "tcvn3").encode("latin-1"))


def envelopes(gateway: Gateway) -> list[dict[str, object]]:
    found = gateway.rows("SELECT id, personal FROM payment ORDER BY line")
    return [json.loads(VAULT.open(bytes(each.personal), f"payment:{each.id}")) for each in found]


@pytest.mark.parametrize("pasted", [True, False])
def test_converted_names_are_the_names_and_the_old_ones_are_kept_sealed(gateway: Gateway, pasted: bool) -> None:
    imported = gateway.import_(typed(ROWS)) if pasted else gateway.import_([], source=old_bytes(ROWS))
    assert (imported.problems, imported.batch.state) == ([], "ready")
    kept = envelopes(gateway)
    assert [each["beneficiary_name"] for each in kept] == list(NAMES)
    assert kept[0]["originals"] == {
        "beneficiary_name": "TrÇn V¨n Nam",
        "payee_name": encode("Lê Thị Mận", "tcvn3"),
        "payee_basis": encode("giám hộ", "tcvn3"),
    }
    assert kept[1]["originals"] == {"beneficiary_name": encode(NAMES[1], "tcvn3")}


def test_what_was_converted_is_said_by_field_with_a_masked_example(gateway: Gateway) -> None:
    imported = gateway.import_(typed(ROWS))
    assert {(note.field, note.code, note.params["count"], note.params["example"]) for note in imported.notes} == {
        ("beneficiary_name", "old_font_converted", 4, "T*** V** N**"),
        ("payee_name", "old_font_converted", 1, "L* T** M**"),
        ("payee_basis", "old_font_converted", 1, "g*** h*"),
    }


def test_a3_notes_and_problems_of_fonts_hold_no_name(gateway: Gateway) -> None:
    rows = [*typed(ROWS), row(8, beneficiary_name="Vò Minh Tó"), row(9, beneficiary_name="Nguyễn V¨n An")]
    imported = gateway.import_(rows)
    told = json.dumps([dict(each.params) for each in (*imported.notes, *imported.problems)], ensure_ascii=False)
    assert [word for name in (*NAMES, "Tó", "Vũ", "V¨n") for word in name.split() if word in told] == []


@pytest.mark.parametrize("second", ["unicode", "pasted", "bytes"])
def test_s2_the_same_rows_in_another_encoding_are_already_seen(gateway: Gateway, second: str) -> None:
    first = gateway.import_(typed(ROWS))
    sources = {"unicode": io.BytesIO(csv_of(ROWS)), "pasted": io.BytesIO(csv_of(typed(ROWS))), "bytes": old_bytes(ROWS)}
    again = gateway.import_([], source=sources[second])
    assert (again.already_seen, again.batch.id) == (True, first.batch.id)


def test_a_list_in_unicode_keeps_no_second_text(gateway: Gateway) -> None:
    gateway.import_(ROWS)
    assert all("originals" not in each for each in envelopes(gateway))


def test_one_unclear_text_makes_the_batch_invalid_and_names_its_row(gateway: Gateway) -> None:
    rows = [*typed(ROWS), row(5, beneficiary_name="Vò Minh Tó"), row(6, beneficiary_name="Nguyễn V¨n An")]
    imported = gateway.import_(rows)
    unclear = [(each.row, each.field, each.params["candidates"]) for each in imported.problems]
    assert unclear == [
        (6, "beneficiary_name", "Unicode, TCVN3 (ABC)"),
        (7, "beneficiary_name", "Unicode, TCVN3 (ABC)"),
    ]
    assert gateway.states() == {}


def test_a_converted_name_is_written_for_the_partner_and_nothing_of_the_old_one_is(gateway: Gateway) -> None:
    gateway.approved(*typed(ROWS[:1]))
    gateway.send()
    (written,) = gateway.outbox().values()
    assert b"<Nm>LE THI MAN</Nm>" in written
    assert b"<Nm>TRAN VAN NAM</Nm>" in written


def test_what_the_list_said_is_shown_masked_until_it_is_unmasked(gateway: Gateway) -> None:
    gateway.import_(typed(ROWS))
    (found, *_) = gateway.rows("SELECT id, personal FROM payment ORDER BY line")
    who = person(VAULT, found.id, found.personal)
    assert who.originals["beneficiary_name"] == "TrÇn V¨n Nam"
    assert who.masked().originals["beneficiary_name"] == "T*** V** N**"


def test_letters_that_a_spreadsheet_lost_are_a_problem(gateway: Gateway) -> None:
    imported = gateway.import_([row(1, beneficiary_name="Nguy?n V?n An"), row(2, note="ok?")])
    assert {(each.row, each.field, each.code) for each in imported.problems} == {
        (2, "beneficiary_name", "forbidden_characters"),
        (2, "payee_name", "forbidden_characters"),
    }
