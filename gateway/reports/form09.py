"""The sheet of form 09 (Decree 11/2020): its columns, and what stands below its lines. Vietnamese, as the form is."""

from __future__ import annotations

COLUMNS = (
    *("STT", "Họ và tên", "Số tài khoản người hưởng", "Tên ngân hàng", "Tổng số", "Lương và phụ cấp theo lương"),
    *("Tiền công hợp đồng", "Thu nhập tăng thêm", "Tiền thưởng", "Tiền phụ cấp và trợ cấp khác", "Tiền khoán"),
    *("Tiền học bổng", "Ghi chú"),
)
_KINDS = {"arrears": "Truy lĩnh tháng {month}", "carry-over": "Chuyển kỳ tháng {month}", "one-off": "Một lần"}
Row = tuple[str | int, ...]


def row(number: int, name: str, account: str, bank: str, amount: int, note: str) -> Row:
    """A line; all of it is allowance."""
    return (number, name, account, bank, amount, "", "", "", "", amount, "", "", note)


def note(kind: str, month: str, again: bool) -> str:
    if again:
        return f"Chi lại tháng {month}"
    return _KINDS.get(kind, "").format(month=month)


def text(words: str, amount: int | str = "") -> Row:
    """A line of the part below."""
    return ("", words, "", "", amount, *("",) * 8)


SIGNED_BY = "Người lập bảng - Kế toán - Thủ trưởng đơn vị"
IN_WORDS = "Tổng số tiền bằng chữ: {words}"
EXPLAINED = "II. Thuyết minh thay đổi so với tháng trước"
