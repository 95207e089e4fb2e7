"""``statement``, ``exception``: what partners say, and what needs a person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.inprocess import Gateway

from gateway.sandbox.signing import Signer


@pytest.fixture
def statement_file(month: Gateway, tmp_path: Path) -> Path:
    """The exact bytes of one signed camt.053 that was received."""
    path = tmp_path / "statement.xml"
    files = month.json("file", "list", "--direction", "in", "--partner", "momo").done()["files"]
    found = next(each for each in files if each["message"].startswith("camt.053"))
    month.json("file", "export", found["file"], "-o", path).done()
    return path


def statements(month: Gateway, *options: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = month.json("statement", "list", *options).done()["statements"]
    return found


def test_list_and_show_agree_and_tie(month: Gateway) -> None:
    found = statements(month, "--state", "ties", "--limit", "500")
    moved = next(each for each in found if each["entries"])
    shown = month.json("statement", "show", str(moved["statement"])).done()
    assert shown["ties"] is True
    assert shown["opening"] + sum(line["amount"] for line in shown["lines"]) == shown["closing"]
    assert {name: shown[name] for name in moved} == moved
    assert [balance["kind"] for balance in shown["balances"]] == ["OPBD", "CLBD"]


def test_list_is_narrowed(month: Gateway) -> None:
    assert statements(month, "--state", "differs") == []
    assert {each["message"] for each in statements(month, "--state", "open")} == {"camt.054"}
    assert {each["partner"] for each in statements(month, "--partner", "momo")} == {"momo"}
    assert statements(month, "--since", "2999-01-01") == []
    assert len(statements(month, "--limit", "2")) == 2


def test_an_unknown_statement_or_exception_is_one_line(month: Gateway) -> None:
    assert month.json("statement", "show", "999999").document["error"]["code"] == "statement_unknown"
    assert month.json("exception", "show", "999999").document["error"]["code"] == "exception_unknown"
    for wrong in ("first", "0", "9" * 20):
        assert month.json("statement", "show", wrong).code == month.json("exception", "show", wrong).code == 2
    assert month.json("payment", "list", "--limit", "9" * 20).code == 2


def test_s2_importing_a_known_statement_again_changes_nothing(month: Gateway, statement_file: Path) -> None:
    before = statements(month, "--limit", "500")
    imported = month.json("statement", "import", statement_file, "--partner", "momo").done()
    assert (imported["state"], imported["statements"], imported["exceptions"]) == ("duplicate", [], [])
    assert statements(month, "--limit", "500") == before


def test_t1_a_statement_of_somebody_unknown_is_kept_for_a_person(month: Gateway, statement_file: Path) -> None:
    answer = month.json("statement", "import", statement_file, "--partner", "stranger")
    imported = answer.document
    assert (answer.code, imported["state"], imported["exceptions"]) == (3, "processed", ["unproven_statement"])
    assert [each["partner"] for each in imported["statements"]] == ["stranger"]
    shown = month.json("statement", "show", str(imported["statements"][0]["statement"])).done()
    assert {line["disposition"] for line in shown["lines"]} <= {"ignored"}


def test_t1_a_statement_changed_after_signing_is_an_alarm(month: Gateway, statement_file: Path) -> None:
    text = statement_file.read_text()
    statement_file.write_text(text.replace("<Ccy>VND</Ccy>", "<Ccy>USD</Ccy>", 1))
    assert statement_file.read_text() != text
    answer = month.json("statement", "import", statement_file, "--partner", "momo")
    assert (answer.code, answer.document["state"]) == (5, "quarantined")
    assert answer.document["error"]["code"]
    assert answer.document["exceptions"] == ["quarantined"]


def test_t9_the_signature_is_found_beside_the_file(month: Gateway, statement_file: Path) -> None:
    """The same statement in other bytes, from a partner that signs beside its files."""
    month.configure("[partners.momo]\n", '[partners.momo]\ninboxes."camt.053".proof = "cms"\n')
    content = statement_file.read_bytes() + b"\n"
    statement_file.write_bytes(content)
    refused = month.json("statement", "import", statement_file, "--partner", "momo")
    assert (refused.code, refused.document["error"]["code"]) == (1, "brought_without_signature")
    assert "statement.xml.p7s" in refused.document["error"]["message"]
    bank = Signer(month.home / "sandbox" / "momo" / "bank")
    statement_file.with_name("statement.xml.p7s").write_bytes(bank.beside("cms", content, statement_file.name))
    imported = month.json("statement", "import", statement_file, "--partner", "momo").document
    assert (imported["state"], imported["error"]) == ("processed", None)


def test_a_file_that_is_no_message_is_for_a_person(month: Gateway, tmp_path: Path) -> None:
    path = tmp_path / "scan.xml"
    path.write_bytes(b"<html/>")
    answer = month.json("statement", "import", path, "--partner", "stranger")
    assert (answer.code, answer.document["state"]) == (3, "quarantined")


def test_import_speaks_to_people_too(month: Gateway, statement_file: Path) -> None:
    answer = month.words("statement", "import", statement_file, "--partner", "stranger")
    assert answer.code == 3
    assert "stranger" in answer.out


def test_exceptions_have_kind_age_and_what_they_are_about(month: Gateway, statement_file: Path) -> None:
    assert month.json("exception", "list").done()["exceptions"] == []
    imported = month.json("statement", "import", statement_file, "--partner", "stranger").document
    month.json("sandbox", "clock", "--next-day").done()
    month.json("sandbox", "clock", "--next-day").done()
    [listed] = month.json("exception", "list", "--state", "open").done()["exceptions"]
    assert (listed["kind"], listed["partner"], listed["state"]) == ("unproven_statement", "stranger", "open")
    assert listed["age_days"] == 1
    assert listed["file_in"] == imported["file"]
    assert {"exception", "amount", "currency", "message"} <= listed.keys()
    shown = month.json("exception", "show", str(listed["exception"])).done()
    assert {name: shown[name] for name in listed} == listed
    assert imported["file"] in month.words("exception", "show", str(listed["exception"])).out
    assert imported["file"] in month.words("exception", "list").out


def test_exceptions_are_narrowed(month: Gateway, statement_file: Path) -> None:
    month.json("statement", "import", statement_file, "--partner", "stranger")
    for options in (["--state", "resolved"], ["--partner", "momo"], ["--kind", "overdue"], ["--since", "2999-01-01"]):
        assert month.json("exception", "list", *options).done()["exceptions"] == []
