"""``account`` as people run it."""

from __future__ import annotations

from pathlib import Path

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
