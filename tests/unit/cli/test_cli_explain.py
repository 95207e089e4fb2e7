"""``file explain``: one command for any file, in two languages, masked, without a home."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support import acmt_values
from support.inprocess import Answer, Gateway, chitra

from adapters import check
from formats.iso20022 import acmt, schema
from formats.iso20022.explain import breaches, looks, verdict
from gateway.cli import words
from gateway.cli.messages.findings import LOOKS, RULES, finding_words

FIXTURES = Path(__file__).parents[2] / "fixtures"
PAYMENTS = FIXTURES / "explain" / "pain001.v03.two-blocks-sums-differ.xml"
STATEMENT = FIXTURES / "generic" / "camt053.v08.batch-booked.xml"
GOLDEN = (
    PAYMENTS,
    STATEMENT,
    FIXTURES / "generic" / "camt053.v08.prefixed-two-statements.xml",
    FIXTURES / "generic" / "camt053.v08.missing-indicators.xml",
    FIXTURES / "generic" / "camt054.v08.returned-with-reason-and-charge.xml",
    FIXTURES / "generic" / "pain002.v12.transfer-rejected.xml",
    FIXTURES / "generic" / "pain002.v03.group-rejected.xml",
    FIXTURES / "generic" / "acmt007.v05.person.xml",
    FIXTURES / "generic" / "acmt010.v04.account-opened.xml",
    FIXTURES / "generic" / "acmt011.v04.rejected.xml",
    FIXTURES / "generic" / "acmt023.v04.bank-and-wallet.xml",
    FIXTURES / "generic" / "acmt024.v04.masked-names.xml",
)
ROOT = Path(__file__).parents[3]

needs_schema = pytest.mark.skipif(bool(schema.missing()), reason="schemas are not installed: make schemas")


def explained(*arguments: str | Path) -> Answer:
    return chitra("--json", "file", "explain", *arguments)


def one(*arguments: str | Path) -> dict[str, Any]:
    (document,) = explained(*arguments).document
    assert isinstance(document, dict)
    return document


@needs_schema
@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_person_reads_exactly_this(path: Path, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """``CHITRA_GOLDEN=1`` writes the files anew; look at each before you commit it."""
    monkeypatch.chdir(path.parent)
    said = chitra("--lang", language, "file", "explain", path.name).out
    words.use("en")
    said = "\n".join(line.rstrip() for line in said.splitlines()).rstrip() + "\n"
    golden = FIXTURES / "explain" / f"{path.stem}.{language}.txt"
    if os.environ.get("CHITRA_GOLDEN"):
        golden.write_text(said, "utf-8")
    assert said == golden.read_text("utf-8")


@needs_schema
def test_the_document_has_the_fields_that_are_relied_upon() -> None:
    document = one(STATEMENT)
    assert {name: document[name] for name in ("path", "message", "version", "statements", "entries", "details")} == {
        "path": str(STATEMENT),
        "message": "camt.053",
        "version": "camt.053.001.08",
        "statements": 1,
        "entries": 1,
        "details": 0,
    }
    assert (document["entry_sum"], document["entry_sums"]) == ("-1500000", {"VND": "-1500000"})
    assert (document["transactions"], document["group_status"], document["control_sum"]) == (0, None, None)
    assert (document["findings"], document["error"]) == ([], None)


def test_payments_and_statuses_have_their_sums_and_status() -> None:
    payments = one(PAYMENTS)
    assert (payments["transactions"], payments["control_sum"], payments["entry_sum"]) == (3, "1000.55", None)
    assert payments["transaction_sums"] == {"EUR": "1000.55", "VND": "25000"}
    statuses = one(FIXTURES / "generic" / "pain002.v12.transfer-rejected.xml")
    assert (statuses["transactions"], statuses["group_status"], statuses["control_sum"]) == (2, "PART", "1500000")
    (row,) = [each for each in statuses["summary"]["statuses"] if each["status"] == "RJCT"]
    assert row["reasons"] == [{"code": "AC04", "message": "The account is closed."}]


def test_a3_names_and_account_numbers_are_masked_in_text_and_document() -> None:
    said = explained(PAYMENTS).out + chitra("file", "explain", PAYMENTS).out
    for secret in ("Nguyễn", "Cúc", "Công ty Mẫu", "0011223344", "DE02500105170137075030", "0987654321", "mười"):
        assert secret not in said
    assert "N***** V** A*" in said


ACCOUNTS = sorted((FIXTURES / "generic").glob("acmt0*.xml"))


def test_a3_account_messages_are_masked_in_text_and_document() -> None:
    said = explained(*ACCOUNTS).out + chitra("file", "explain", *ACCOUNTS).out
    for secret in ("Blang", "Dung", "066190000001", "19036112233441", "0912345678", "912345678", "0011223344", "1990"):
        assert secret not in said
    assert "H****** K***" in said


def test_a3_a_name_that_the_bank_does_not_mask_is_masked(tmp_path: Path) -> None:
    path = tmp_path / "report.xml"
    told = acmt.Subject("TRAN VAN BINH", "066190000001", "19036112233441")
    path.write_bytes(acmt_values.report([acmt.Answer("V1", True, None, None, told)]))
    said = explained(path).out + chitra("file", "explain", path).out
    assert "T*** V** B***" in said
    assert not any(secret in said for secret in ("BINH", "066190000001", "19036112233441"))


def test_a3_long_numbers_in_the_sentences_of_a_rejection_are_masked(tmp_path: Path) -> None:
    path = tmp_path / "rejected.xml"
    path.write_bytes(acmt_values.rejection(["CCCD 066190000001 đã mở tài khoản"]))
    (opening,) = one(path)["summary"]["openings"]
    assert opening["reasons"] == ["CCCD ********0001 đã mở tài khoản"]


def test_an_unreadable_path_is_exit_1_and_the_others_are_still_explained(tmp_path: Path) -> None:
    answer = explained(tmp_path / "missing.xml", tmp_path, PAYMENTS)
    missing, folder, payments = answer.document
    assert answer.code == 1
    assert missing["error"]["code"] == folder["error"]["code"] == "cannot_read"
    assert "missing.xml" in answer.err
    assert payments["transactions"] == 3


def test_a_pipe_that_cannot_be_read_twice_is_refused(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.write(writer, b"<a/>")
    os.close(writer)
    answer = explained(f"/dev/fd/{reader}")
    os.close(reader)
    assert (answer.code, answer.document[0]["error"]["code"]) == (1, "cannot_read")


@needs_schema
def test_what_is_right_is_exit_0_and_findings_are_exit_3() -> None:
    assert explained(STATEMENT).code == 0
    assert explained(STATEMENT, PAYMENTS).code == 3


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "empty"),
        (b"%PDF-1.7", "not-xml"),
        (b"<!DOCTYPE a><a/>", "doctype"),
        (b"<Document", "not-well-formed"),
        (b"\0", "empty"),
    ],
)
def test_a_file_that_is_no_message_is_a_finding_without_a_traceback(tmp_path: Path, content: bytes, rule: str) -> None:
    path = tmp_path / "b\udce9.xml"
    path.write_bytes(content)
    answer = explained(path)
    assert answer.code == 3
    assert [finding["rule"] for finding in answer.document[0]["findings"]] == [rule]
    assert chitra("file", "explain", path).code == 3


def test_control_characters_of_others_never_reach_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(PAYMENTS.read_text("utf-8").replace("OUTSIDE-1<", "\u009b31mEVIL<"), "utf-8")
    assert "\u009b" not in chitra("file", "explain", path).out


@pytest.mark.usefixtures("month")
def test_a_limit_is_said_openly() -> None:
    said = chitra("file", "explain", "--limit", "1", PAYMENTS).out
    assert "1 of 2 shown; --limit 0 shows all." in said
    document = one("--limit", "1", PAYMENTS)
    assert (len(document["summary"]["blocks"]), document["summary"]["blocks_total"]) == (1, 2)
    assert len(one("--limit", "0", PAYMENTS)["summary"]["blocks"]) == 2


# --- a partner's rules -----------------------------------------------------------------------------------------


def sent(month: Gateway) -> str:
    """The first file of the month that went to this partner."""
    files = month.json("file", "list", "--direction", "out", "--partner", "momo").done()["files"]
    return str(files[-1]["file"])


def exported(month: Gateway, tmp_path: Path) -> Path:
    path = tmp_path / "sent.xml"
    month.json("file", "export", sent(month), "-o", path).done()
    return path


def test_our_own_file_keeps_its_partners_rules_and_names_who_signed_it(month: Gateway, tmp_path: Path) -> None:
    (document,) = month.json("file", "explain", "--partner", "momo", exported(month, tmp_path)).done()
    (signature,) = document["signatures"]
    assert signature["path"].endswith("/SplmtryData/Envlp/Signature")
    assert signature["subject"].startswith("CN=")
    assert signature["checked"] is False
    assert "signature-not-checked" in [note["rule"] for note in document["notes"]]


def test_a_home_narrows_the_rules_and_knows_our_accounts(month: Gateway, tmp_path: Path) -> None:
    path = exported(month, tmp_path)
    text = path.read_text("utf-8")
    account = re.search(r"<DbtrAcct><Id><Othr><Id>([^<]*)<", text)
    assert account
    path.write_text(text.replace(account[1], "000", 1), "utf-8")
    month.configure("[partners.momo]", "[partners.momo.limits]\namount_per_file_max = 1\n[partners.momo]")
    answer = month.json("file", "explain", "--partner", "momo", path)
    rules = {finding["rule"] for finding in answer.document[0]["findings"]}
    assert {"partner-account", "partner-amount-per-file"} <= rules


def test_without_a_home_the_adapters_rules_count(tmp_path: Path) -> None:
    answer = chitra("--home", tmp_path, "--json", "file", "explain", "--partner", "vietinbank", PAYMENTS)
    rules = {finding["rule"] for finding in answer.document[0]["findings"]}
    assert {"partner-version", "partner-currency", "partner-name-case"} <= rules


def test_an_unknown_partner_is_refused_with_those_that_exist(tmp_path: Path) -> None:
    answer = chitra("--home", tmp_path, "--json", "file", "explain", "--partner", "nobody", PAYMENTS)
    assert (answer.code, answer.document["error"]["code"]) == (1, "unknown_adapter")


# --- words -----------------------------------------------------------------------------------------------------


def said_rules() -> set[str]:
    """Every rule that product code names: in calls, and in its tables."""
    package = ROOT / "formats/iso20022/explain"
    source = "".join(path.read_text("utf-8") for path in (*package.glob("*.py"), ROOT / "adapters/check.py"))
    called = re.findall(
        r'(?:Finding|findings\.add|counting\.note|Rule)\(\s*(?:[^,()"]*(?:\([^()]*\))?,|""?,|f"[^"]*",)?\s*"([\w-]+)"',
        source,
    )
    chosen = re.findall(r'"((?:missing|unexpected)-attribute|empty|not-xml)"', source)
    tables = {rule for rule, _params in breaches._FACETS.values()} | set(verdict._RULES.values())
    checks = {rule.name for table in (check.FILE, check.BLOCK, check.ORDER) for rule in table}
    return {*called, *chosen, *tables, *checks}


def test_every_rule_has_words_and_no_words_are_left_over() -> None:
    assert said_rules() == set(RULES)


def test_every_look_has_words() -> None:
    kinds = {kind for _prefix, kind in looks._PREFIXES} | {"html", "csv", "text", "binary"}
    assert kinds == set(LOOKS)


def test_a_value_that_cannot_be_read_has_the_words_of_its_code() -> None:
    assert finding_words("amount-too-fine", {"currency": "VND"}) == "An amount has more decimals than VND has."
    assert finding_words("no-such-rule", {"a": 1}) == "no_such_rule (a=1)"


# --- what it costs ---------------------------------------------------------------------------------------------


@needs_schema
def test_a_valid_message_never_loads_the_slow_library() -> None:
    run = f"main.run(['file', 'explain', {str(STATEMENT)!r}])"
    code = f"import sys\nfrom gateway.cli import main\n{run}\nprint(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "formats.iso20022.explain.breaches" in loaded
    assert [name for name in loaded if name.split(".")[0] in ("xmlschema", "sqlalchemy", "paramiko")] == []
