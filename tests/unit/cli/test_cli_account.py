"""``account`` as people run it."""

from __future__ import annotations

from pathlib import Path

from support.accounts import acknowledged, message, questions
from support.inprocess import Gateway

LIST = (
    "Số CCCD,Họ và tên,Ngày sinh,Giới tính,Mã xã,Từ tháng,Số tài khoản,Ngân hàng\n"
    "001045000001,Nguyễn Văn A,1945-01-01,nam,00004,2026-01,110000000001,VietinBank\n"
)
ACCOUNTS = (
    "Số CCCD,Họ và tên,Số tài khoản,Ngân hàng\n"
    "001045000001,Nguyễn Văn A,220000000001,VietinBank\n"
    "001045000002,Nguyễn Văn B,220000000002,VietinBank\n"
)


def test_accounts_are_collected_and_shown_masked(month: Gateway, tmp_path: Path) -> None:
    people, accounts = (tmp_path / name for name in ("list.csv", "accounts.csv"))
    people.write_text(LIST)
    accounts.write_text(ACCOUNTS)
    month.json("roster", "import", people, "--programme", "btxh", "--operator", "maker").done()
    took = month.json("account", "import", accounts, "--from", "vneid", "--operator", "maker")
    assert (took.code, took.document["added"], took.document["unusable"]) == (3, 1, 1)
    assert took.document["problems"][0]["code"] == "account_of_nobody"
    listed = month.json("account", "list").done()["accounts"]
    assert [(each["origin"], each["number"]) for each in listed] == [
        ("vneid", "********0001"),
        ("roster", "********0001"),
    ]
    shown = month.json("account", "show", listed[0]["account"], "--unmask", "--reason", "asked").done()
    assert (shown["number"], shown["owner"], shown["in_roster"]) == ("220000000001", "Nguyễn Văn A", False)
    assert "VNeID" in month.words("--lang", "en", "account", "list").out
    assert month.json("account", "show", 999).code == 1


def test_a_person_carries_requests_to_open_accounts_and_their_answers(month: Gateway, tmp_path: Path) -> None:
    people, folder, answer = (tmp_path / name for name in ("list.csv", "requests", "answer.xml"))
    people.write_text(LIST.replace("110000000001,VietinBank", ","))
    month.json("roster", "import", people, "--programme", "btxh", "--operator", "maker").done()
    asking = ("account", "open", "--partner", "vietinbank", "--operator", "maker", "-o", folder)
    assert month.json(*asking).document["error"]["code"] == "payer_town_missing"
    configuration = month.home / "chitra.toml"
    configuration.write_text(configuration.read_text().replace("tax_id =", 'town = "Ha Noi"\ntax_id =', 1))
    asked = month.json(*asking).done()
    (request,) = folder.iterdir()
    assert (asked["asked"], request.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (1, 0o600, 0o700)
    assert month.json(*asking).document["error"]["code"] == "account_nobody_without"
    day = month.json("roster", "list").done()["rosters"][0]["imported_at"][:10]
    answer.write_bytes(acknowledged(request.stem, day, "660000000001"))
    taken = month.json("account", "opened", answer, "--partner", "vietinbank", "--operator", "maker").done()
    assert [each["results"] for each in taken["answers"]] == [{"opened": 1}]
    (found,) = month.json("account", "list", "--from", "opening").done()["accounts"]
    assert found["number"] == "********0001"


def test_a_new_account_is_listed_and_released_by_two_people(month: Gateway, tmp_path: Path) -> None:
    people = tmp_path / "list.csv"
    for number in ("110000000001", "990000000001"):
        people.write_text(LIST.replace("110000000001", number))
        month.json("roster", "import", people, "--programme", "btxh", "--operator", "maker").done()
    (waiting,) = month.json("account", "changed", "--programme", "btxh").done()["changed"]
    assert waiting["number"] == "********0001"
    acting = ("--reason", "seen the card", "--operator", "checker")
    made = month.json("account", "release", waiting["line"], *acting)
    assert (made.code, made.document["verb"]) == (3, "account release")
    month.json("decision", "confirm", made.document["decision"], "--operator", "checker2").done()
    assert month.json("account", "changed", "--programme", "btxh").done()["changed"] == []


def test_a_person_carries_the_request_to_the_bank_and_its_answer_back(month: Gateway, tmp_path: Path) -> None:
    people, request, answer = (tmp_path / name for name in ("list.csv", "request.xml", "answer.xml"))
    people.write_text(LIST)
    month.json("roster", "import", people, "--programme", "btxh", "--operator", "maker").done()
    asking = ("account", "verify", "--partner", "vietinbank", "--operator", "maker")
    asked = month.json(*asking, "-o", request).done()
    assert (asked["asked"], request.stat().st_mode & 0o777) == (1, 0o600)
    rows = [row | {"known_owner": "N***** T** A"} for row in questions(request.read_bytes())]
    (listed,) = month.json("account", "list").done()["accounts"]
    answer.write_bytes(message(asked["request"], rows, listed["told_at"][:10]))
    bringing = ("account", "answer", answer, "--partner", "vietinbank", "--operator", "maker")
    taken = month.json(*bringing)
    assert (taken.code, taken.document["results"]) == (3, {"mismatch": 1})
    assert month.json(*bringing).document["already_seen"]
    (item,) = month.json("roster", "items", "--unmask", "--reason", "asked").done()["items"]
    assert (item["code"], item["suggestion"]) == ("account_mismatch", "N***** T** A")
    (found,) = month.json("account", "list", "--state", "mismatch").done()["accounts"]
    shown = month.json("account", "show", found["account"]).done()
    assert ([each["state"] for each in shown["history"]], shown["in_roster"]) == (["asked", "mismatch"], True)
    assert month.json("account", "list", "--unusable").done()["accounts"] == []
    assert "another owner" in month.words("--lang", "en", "account", "show", str(found["account"])).out
