"""A few real places for invented people.

Communes: codes of the General Statistics Office as of 2026, after the merger of 2025. Provinces: the 63 three-digit
codes of the 12-digit personal id, which keep the provinces of birth registration from before the merger.
"""

from __future__ import annotations

_CODES = """
001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035 036 037
038 040 042 044 045 046 048 049 051 052 054 056 058 060 062 064 066 067 068 070 072 074 075 077 079
080 082 083 084 086 087 089 091 092 093 094 095 096
"""
PROVINCE_CODES: tuple[str, ...] = tuple(_CODES.split())

COMMUNES: tuple[tuple[str, str, str], ...] = (
    ("09955", "Xã Thạch Thất", "001"),
    ("00352", "Phường Phương Liệt", "001"),
    ("09661", "Xã Minh Châu", "001"),
    ("01447", "Xã Trà Lĩnh", "004"),
    ("01537", "Xã Lý Quốc", "004"),
    ("03241", "Xã Sính Phình", "011"),
    ("03169", "Xã Nà Hỳ", "011"),
    ("03721", "Xã Thuận Châu", "014"),
    ("04246", "Xã Mường Lạn", "014"),
    ("06922", "Xã Quảng Hà", "022"),
    ("06709", "Phường Móng Cái 2", "022"),
    ("17059", "Xã Tam Hợp", "040"),
    ("17248", "Xã Châu Khê", "040"),
    ("17920", "Phường Vinh Hưng", "040"),
    ("19777", "Phường Vỹ Dạ", "046"),
    ("19945", "Xã Phú Vinh", "046"),
    ("21853", "Xã Phù Cát", "052"),
    ("23857", "Xã Đức Cơ", "064"),
    ("24109", "Xã Uar", "064"),
    ("24235", "Xã Buôn Đôn", "066"),
    ("24310", "Xã Krông Búk", "066"),
    ("24373", "Xã Ea Kar", "066"),
    ("27559", "Xã Hóc Môn", "079"),
    ("25849", "Phường Hoà Lợi", "074"),
    ("32191", "Xã Năm Căn", "096"),
    ("32161", "Xã Trần Phán", "096"),
)
"""(commune code, name, personal-id code of the province its people were mostly registered in)."""

HIGHLAND_CODES = frozenset({"064", "066"})
"""Provinces where the samples also use names of the Ê Đê and Gia Rai."""
NORTHERN_MOUNTAIN_CODES = frozenset({"004", "011", "014"})
"""Provinces where the samples also use names of the Tày, Thái and Mông."""
