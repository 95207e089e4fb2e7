"""A bank's own lists about accounts, where it takes and gives no messages for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["yes", "no", "unknown"]
Outcome = Literal["acknowledged", "opened", "rejected"]
"""Of a request to open an account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountList:
    """Columns with the bank's headings, and its codes. A starting point, to be confirmed with each bank."""

    asked: Mapping[str, str]
    """Of a list of accounts to verify, in their order."""
    answered: Mapping[str, str]
    """Of the answer; all must be there, and ``owner`` and ``account`` repeat what was asked."""
    verdicts: Mapping[str, Verdict]
    """Whether the account is this owner's."""
    usable: Mapping[str, bool]
    """Whether the owner can use what is credited; a list may leave it empty."""
    wanted: Mapping[str, str]
    """Of a list of people for whom an account shall be opened."""
    opened: Mapping[str, str]
    """Of the answer; ``owner`` repeats what was asked."""
    outcomes: Mapping[str, Outcome]


ACCOUNT_LIST = AccountList(
    asked={
        "question": "Mã câu hỏi",
        "owner_id": "Số định danh cá nhân",
        "owner": "Họ và tên",
        "bank": "Mã ngân hàng",
        "account": "Số tài khoản",
    },
    answered={
        "question": "Mã câu hỏi",
        "answered_on": "Ngày trả lời",
        "owner": "Họ và tên",
        "account": "Số tài khoản",
        "result": "Kết quả",
        "known_owner": "Tên chủ tài khoản tại ngân hàng",
        "usable": "Sử dụng được",
    },
    verdicts={"00": "yes", "01": "no", "02": "unknown"},
    usable={"1": True, "0": False},
    wanted={
        "question": "Mã câu hỏi",
        "owner_id": "Số định danh cá nhân",
        "owner": "Họ và tên",
        "birth": "Ngày sinh",
        "phone": "Số điện thoại",
        "address": "Địa chỉ",
    },
    opened={
        "question": "Mã câu hỏi",
        "answered_on": "Ngày trả lời",
        "owner": "Họ và tên",
        "result": "Kết quả",
        "account": "Số tài khoản",
    },
    outcomes={"00": "opened", "01": "rejected", "02": "acknowledged"},
)
