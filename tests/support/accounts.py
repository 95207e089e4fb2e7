"""Lists of accounts, brought to a gateway."""

from __future__ import annotations

import csv
import io

from support.gateways import PAYER, Gateway

from gateway.usecases.accounts.importing import Imported, Request, import_accounts

_HEADINGS = {
    "beneficiary_id": "Số CCCD",
    "name": "Họ và tên",
    "account": "Số tài khoản",
    "bank": "Ngân hàng",
    "payee_name": "Người nhận thay",
    "relation": "Quan hệ",
}


def account_of(number: int, **changes: str) -> dict[str, str]:
    """Of ``support.roster.man``, another one than the roster has."""
    row = {
        "beneficiary_id": f"00104500{number:04d}",
        "name": f"Nguyễn Văn {'ABCDEFGHIK'[number % 10]}",
        "account": f"2200{number:08d}",
        "bank": "vietinbank",
    }
    return row | changes


def list_of(*rows: dict[str, str]) -> io.BytesIO:
    text = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row)) or list(_HEADINGS)
    writer = csv.writer(text)
    writer.writerow(_HEADINGS[name] for name in names)
    writer.writerows([row.get(name, "") for name in names] for row in rows)
    return io.BytesIO(text.getvalue().encode())


def collected(gateway: Gateway, *rows: dict[str, str], origin: str = "vneid", bank: str = "") -> Imported:
    return import_accounts(gateway.context, Request(list_of(*rows), "accounts.csv", PAYER, origin, "maker", bank))
