"""Answers that must not be believed: quarantined with their reason, exit 5, and the next file goes on."""

from __future__ import annotations

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from support.forgeries import FORGERIES, Cast
from support.homes import Home
from support.signatures import Partner, document, partner, sign

ANSWERS = STATUS, NOTIFICATION = "out/status", "out/notification"
STATEMENT = "out/statement"
POISONED = ("vietinbank", "agribank", "momo", "viettelmoney")
WRAPPINGS = [name for name in FORGERIES if name.startswith("wrapping")]


def test_t1_t5_t7_poisoned_answers_are_quarantined_and_the_next_file_goes_on(approved_home: Home) -> None:
    home = answered(approved_home)
    tampered, foreign, doctype, reflected = (only(home.folder(code, STATUS)) for code in POISONED)
    tampered.write_bytes(replaced(tampered.read_bytes(), b">ACSP<", b">RJCT<"))
    foreign.write_bytes(only(home.folder("vietcombank", STATUS)).read_bytes())
    doctype.write_bytes(b"<!DOCTYPE Document>" + without_declaration(doctype.read_bytes()))
    reflected.write_bytes(only(home.folder("viettelmoney", "in/archive")).read_bytes())
    for code in POISONED:
        only(home.folder(code, NOTIFICATION)).unlink()

    polled = home.poll()
    assert polled.code == 5
    states = {(file["partner"], file["state"]) for file in polled.json["files"]}
    assert states == {("vietcombank", "processed"), *((code, "quarantined") for code in POISONED)}
    assert codes(polled.json) == {
        "vietinbank": "digest_mismatch",
        "agribank": "certificate_not_pinned",
        "momo": "doctype_forbidden",
        "viettelmoney": "own_message_reflected",
    }
    payments = home.chitra("payment", "list", "--limit", "100").done()["payments"]
    assert {payment["state"] for payment in payments if payment["partner"] in POISONED} == {"sent"}
    assert {payment["state"] for payment in payments if payment["partner"] == "vietcombank"} <= {"settled", "rejected"}

    exceptions = home.chitra("exception", "list").done()["exceptions"]
    assert sorted(each["partner"] for each in exceptions if each["kind"] == "quarantined") == sorted(POISONED)
    assert home.poll().done()["files"] == []


def test_t2_no_wrapping_or_tampering_of_an_answer_is_believed(approved_sqlite_home: Home) -> None:
    home = approved_sqlite_home
    bank = Cast(signer_of(home, "vietinbank"), partner("STRANGER"))
    folder = home.folder("vietinbank", STATEMENT)
    for number, name in enumerate([*WRAPPINGS, "amount_tampered"]):
        (folder / f"STM_{number}.xml").write_bytes(FORGERIES[name][0](bank))
    own_account = home.configuration["payers"]["thachthat"]["accounts"]["vietinbank"]
    foreign, own = document(), document().replace(b"1030000001", own_account.encode())
    (folder / "STM_8a_foreign_account.xml").write_bytes(sign(foreign, bank.bank))
    (folder / "STM_9_honest.xml").write_bytes(sign(own, bank.bank))

    polled = home.poll()
    assert polled.code == 5
    outcomes = {file["name"]: file["state"] for file in polled.json["files"]}
    assert outcomes.pop("STM_9_honest.xml") == "processed"
    assert set(outcomes.values()) == {"quarantined"}
    assert len(outcomes) == len(WRAPPINGS) + 2 == 10
    refused = {file["name"]: file["error"]["code"] for file in polled.json["files"] if file["state"] == "quarantined"}
    assert refused == {
        **{f"STM_{number}.xml": FORGERIES[name][1] for number, name in enumerate([*WRAPPINGS, "amount_tampered"])},
        "STM_8a_foreign_account.xml": "foreign_account",
    }
    statements = home.chitra("statement", "list").done()["statements"]
    assert [(each["account"], each["entries"]) for each in statements] == [(own_account, 1)]


def test_t6_file_above_the_size_cap_is_not_read_and_the_next_goes_on(approved_sqlite_home: Home) -> None:
    home = answered(approved_sqlite_home)
    home.append('\n[partners.vietinbank.inboxes."pain.002"]\nsize_bytes_max = 20000\n')
    large = home.folder("vietinbank", STATUS) / "ACK_0_large.xml"
    large.write_bytes(b"<" * 20001)
    polled = home.poll()
    assert polled.code == 5
    mine = {file["name"]: file["state"] for file in polled.json["files"] if file["partner"] == "vietinbank"}
    assert mine.pop(large.name) == "quarantined"
    assert set(mine.values()) == {"processed"}
    assert large.exists()


def test_s2_file_that_comes_again_by_any_way_changes_nothing(approved_sqlite_home: Home) -> None:
    home = answered(approved_sqlite_home)
    home.poll().done()
    before = home.chitra("payment", "list", "--limit", "100").done()
    seen = {code: [only(home.folder(code, f"{folder}/archive")) for folder in ANSWERS] for code in home.banks}
    for code, answers in seen.items():
        for folder, answer in zip(ANSWERS, answers, strict=True):
            (home.folder(code, folder) / answer.name).write_bytes(answer.read_bytes())
    again = home.poll().done()
    assert [file["state"] for file in again["files"]] == ["duplicate"] * 10
    brought = home.chitra("statement", "import", seen["momo"][1], "--partner", "momo").done()
    assert brought["state"] == "duplicate"
    assert home.chitra("payment", "list", "--limit", "100").done() == before


def answered(home: Home) -> Home:
    """Sent, and answered by every partner."""
    home.send().done()
    home.work()
    return home


def only(folder: Path) -> Path:
    """The one file of a folder."""
    (found,) = (path for path in folder.iterdir() if path.is_file())
    return found


def replaced(data: bytes, old: bytes, new: bytes) -> bytes:
    assert old in data
    return data.replace(old, new, 1)


def without_declaration(data: bytes) -> bytes:
    return data.partition(b"?>")[2] if data.startswith(b"<?xml") else data


def codes(polled: dict[str, list[dict[str, dict[str, str]]]]) -> dict[str, str]:
    """Partner -> why its file was quarantined."""
    return {str(file["partner"]): file["error"]["code"] for file in polled["files"] if "error" in file}


def signer_of(home: Home, code: str) -> Partner:
    """A rehearsal partner's own key, as a thief of that key would use it."""
    folder = home.path / "sandbox" / code / "bank"
    private = load_pem_private_key((folder / "key.pem").read_bytes(), None)
    assert isinstance(private, RSAPrivateKey)
    return Partner(private, x509.load_pem_x509_certificate((folder / "certificate.pem").read_bytes()))
