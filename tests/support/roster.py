"""Lists of people, brought to a gateway."""

from __future__ import annotations

import csv
import io

from support.gateways import Gateway

from gateway.usecases.roster.importing import Imported, Request, import_list

_HEADINGS = {
    "beneficiary_id": "Số CCCD",
    "name": "Họ và tên",
    "birth": "Ngày sinh",
    "sex": "Giới tính",
    "commune": "Mã xã",
    "group": "Nhóm đối tượng",
    "from_month": "Từ tháng",
    "until_month": "Đến tháng",
    "payee_name": "Người nhận thay",
    "relation": "Quan hệ",
    "account": "Số tài khoản",
    "bank": "Ngân hàng",
}


def man(number: int, **changes: str) -> dict[str, str]:
    """A man born in 1945, with an account."""
    row = {
        "beneficiary_id": f"00104500{number:04d}",
        "name": f"Nguyễn Văn {'ABCDEFGHIK'[number % 10]}",
        "birth": f"1945-01-{number % 28 + 1:02d}",
        "sex": "nam",
        "commune": "00004",
        "group": "80",
        "from_month": "2026-01",
        "account": f"1100{number:08d}",
        "bank": "vietinbank",
    }
    return row | changes


def listed(
    gateway: Gateway,
    *rows: dict[str, str],
    payer: str | None = None,
    as_of: str | None = None,
    programme: str = "btxh",
    **told: str,
) -> Imported:
    """``told``: commune and province of the list."""
    text = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.writer(text)
    writer.writerow(_HEADINGS[name] for name in names)
    writer.writerows([row.get(name, "") for name in names] for row in rows)
    source = io.BytesIO(text.getvalue().encode())
    code = payer or next(iter(gateway.context.payers))
    return import_list(gateway.context, Request(source, "list.csv", code, programme, "maker", as_of=as_of, **told))
