"""Invented names from real Vietnamese surnames, middle and given names, some of ethnic minorities."""

from __future__ import annotations

from random import Random

from gateway.sandbox.places import HIGHLAND_CODES, NORTHERN_MOUNTAIN_CODES


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_SURNAMES = _words(
    """Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Trần Trần Trần Lê Lê Lê Phạm Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ
    Hồ Ngô Dương Lý Đinh Mai Trịnh Tô Lâm Châu Quách Tạ"""
)
"""As often as they are met."""
_MIDDLE = {
    "male": _words("Văn Văn Văn Hữu Đức Công Quang Minh Xuân Đình Ngọc Bá Thanh"),
    "female": _words("Thị Thị Thị Thị Ngọc Kim Thu Thanh Minh Xuân Bích Diệu"),
}
_GIVEN = {
    "male": _words(
        """Hùng Dũng Sơn Thành Nam Long Tuấn Phúc Lộc Thọ Khánh Bình An Hải Đông Thắng Quý Tiến Toàn Vinh Đạt Giáp
        Chiến Nghĩa Lượng Kiên Tý Hợi"""
    ),
    "female": _words(
        """Lan Mai Hoa Hồng Cúc Đào Liên Huệ Nga Hằng Thủy Yến Nhung Loan Phượng Hạnh Tuyết Oanh Quyên Thơm Nết Bưởi
        Gái Lý Tâm Xuyến Duyên Vân"""
    ),
}
_NORTHERN = (
    ("Lò", "Quàng", "Cà", "Tòng", "Vàng", "Giàng", "Sùng", "Nông", "Hoàng"),
    {"male": ("Văn", "A", "Seo"), "female": ("Thị", "Thị", "Thị")},
    {
        "male": ("Pó", "Páo", "Dính", "Hặc", "Sinh", "Tủa", "Chứ"),
        "female": ("Dợ", "Mỷ", "Pành", "Ín", "Mảy", "Chở", "Ên"),
    },
)
_HIGHLAND_CLANS = ("Ksor", "Rmah", "Siu", "Niê", "Ayun", "Êban", "Kpă", "Nay")
_HIGHLAND_GIVEN = {
    "male": ("Y Blô", "Y Thông", "Y Krông", "Y Sĩ", "Y Bhăm"),
    "female": ("H'Blang", "H'Nuê", "H'Lan", "H'Bia", "H'Rin", "H'Mrăo"),
}


def name(random: Random, sex: str, province: str) -> str:
    """A full name; ``sex`` is ``male`` or ``female``, ``province`` a personal-id code."""
    if province in HIGHLAND_CODES and random.random() < 0.5:
        return f"{random.choice(_HIGHLAND_GIVEN[sex])} {random.choice(_HIGHLAND_CLANS)}"
    if province in NORTHERN_MOUNTAIN_CODES and random.random() < 0.5:
        surnames, middle, given = _NORTHERN
        return f"{random.choice(surnames)} {random.choice(middle[sex])} {random.choice(given[sex])}"
    return f"{random.choice(_SURNAMES)} {random.choice(_MIDDLE[sex])} {random.choice(_GIVEN[sex])}"
