"""The built-in layout: headings, and beginnings of other lines, as lists of communes have them.

Source: our own collection from forms of decrees on social assistance and from templates of payroll software; a spelling
that is missing here is declared in the layout of the list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_PAYEES = (
    *("Người nhận thay", "Người nhận", "Người nhận tiền", "Người nhận hộ", "Người được ủy quyền", "Người ủy quyền"),
    *("Người giám hộ", "Người đại diện", "Thông tin người nhận thay", "Thông tin người nhận", "Người nhận trợ cấp"),
)
_BIRTHS = ("Ngày tháng năm sinh", "Ngày, tháng, năm sinh", "Ngày sinh", "Năm sinh", "Sinh ngày", "Ngày/tháng/năm sinh")
_ACCOUNTS = ("Số tài khoản", "Số TK", "STK", "Tài khoản", "Số tài khoản nhận tiền", "Số tài khoản ngân hàng", "TK",
             "Số tài khoản cá nhân", "Số tài khoản thụ hưởng", "Số TK ngân hàng",
             "Số tài khoản người nhận")  # fmt: skip
_BANKS = (
    *("Ngân hàng", "Tên ngân hàng", "Tại ngân hàng", "Mở tại ngân hàng", "Ngân hàng thụ hưởng", "Mã ngân hàng"),
    *("Ngân hàng/Ví điện tử", "Ví điện tử", "Nơi mở tài khoản", "Ngân hàng nhận", "Tên NH", "Tại NH"),
    "Ngân hàng mở tài khoản",
)
_IDS = (
    *(
        "Số CCCD",
        "CCCD",
        "Số định danh cá nhân",
        "Số định danh",
        "Số ĐDCN",
        "Mã định danh",
        "Số CMND/CCCD",
        "CMND/CCCD",
    ),
    *("Số CCCD/CMND", "CCCD/CMND", "Số CMND", "CMND", "Số căn cước", "Số căn cước công dân", "Căn cước công dân"),
    *("Số thẻ căn cước", "Căn cước", "Số CC", "Số CCCD/ĐDCN", "Số định danh/CCCD", "Số giấy tờ"),
    *("Số thẻ CCCD", "Mã số định danh", "Số CMTND", "CMTND", "Số CC/CCCD", "CC/CCCD", "Số ĐDCN/CCCD"),
)
_NAMES = ("Họ và tên", "Họ tên", "Họ, tên")
_RELATIONS = ("Quan hệ", "Mối quan hệ", "Quan hệ với đối tượng", "Quan hệ với người hưởng", "Quan hệ với NTH")
_PHONES = ("Số điện thoại", "Điện thoại", "SĐT", "ĐT", "Số ĐT", "Điện thoại liên hệ", "Số điện thoại liên hệ")


def _below(groups: Iterable[str], *headings: str) -> tuple[str, ...]:
    """Each heading below each of the groups."""
    return tuple(f"{group} / {heading}" for group in groups for heading in headings)


HEADINGS: Mapping[str, tuple[str, ...]] = {
    "ordinal": ("STT", "TT", "Số TT", "Số thứ tự", "No"),
    "beneficiary_id": _IDS,
    "name": (
        *_NAMES,
        *("Họ và tên người hưởng", "Họ tên người hưởng", "Họ và tên đối tượng", "Họ tên đối tượng"),
        *("Tên người thụ hưởng", "Họ và tên người thụ hưởng", "Họ tên người thụ hưởng", "Họ và tên NTH"),
        "Tên đối tượng",
        *("Đối tượng hưởng", "Người thụ hưởng", "Người hưởng", "Họ và tên đối tượng hưởng"),
    ),
    "family": ("Họ và đệm", "Họ đệm", "Họ và tên đệm", "Họ và chữ đệm", "Họ", "Họ lót", "Họ và chữ lót"),
    "given": ("Tên",),
    "birth": (*_BIRTHS, "NTNS", "Năm sinh đối tượng", "Sinh năm"),
    "birth_day": ("Ngày sinh", *_below(_BIRTHS, "Ngày")),
    "birth_month": ("Tháng sinh", *_below(_BIRTHS, "Tháng")),
    "birth_year": ("Năm sinh", *_below(_BIRTHS, "Năm")),
    "birth_male": ("Năm sinh nam", "Ngày sinh nam", *_below(_BIRTHS, "Nam")),
    "birth_female": ("Năm sinh nữ", "Ngày sinh nữ", *_below(_BIRTHS, "Nữ")),
    "sex": ("Giới tính", "Phái", "Nam/Nữ", "GT"),
    "male": ("Nam",),
    "female": ("Nữ",),
    "commune": ("Xã", "Xã/Phường", "Phường/Xã", "Xã, phường", "Tên xã", "Xã phường", "Xã, phường, thị trấn", "Mã xã"),
    "hamlet": ("Thôn", "Ấp", "Thôn/Ấp", "Bản", "Thôn, bản", "Thôn/Bản", "Thôn, xóm", "Xóm", "Tổ dân phố", "TDP",
               "Khu phố", "Thôn/TDP", "Thôn, tổ dân phố", "Ấp/Khu phố", "Khóm/Ấp", "Buôn", "Khu dân cư",
               "Thôn/Tổ dân phố", "Tổ"),
    "address": ("Địa chỉ", "Chỗ ở", "Nơi ở", "Nơi cư trú", "Chỗ ở hiện nay", "Nơi thường trú", "Địa chỉ thường trú",
                "Nơi ở hiện nay", "Địa chỉ cư trú", "Hộ khẩu thường trú", "Thường trú"),
    "programme": ("Chương trình", "Chế độ", "Loại trợ cấp", "Chế độ trợ cấp", "Loại chế độ", "Chính sách"),
    "group": ("Nhóm đối tượng", "Loại đối tượng", "Đối tượng", "Diện đối tượng", "Diện", "Mã đối tượng",
              "Dạng đối tượng", "Nhóm", "Dạng tật", "Nhóm ĐT", "Loại ĐT", "Mã ĐT"),
    "coefficient": ("Hệ số", "Hệ số hưởng", "Hệ số trợ cấp", "HS"),
    "decision_number": ("Số quyết định", "Quyết định số", "Số QĐ", "QĐ số", "Quyết định",
                        *_below(("Quyết định", "Quyết định hưởng", "QĐ"), "Số", "Số QĐ", "Số quyết định")),
    "decision_date": ("Ngày quyết định", "Ngày QĐ", "Ngày ký quyết định", "Ngày ra quyết định",
                      *_below(("Quyết định", "Quyết định hưởng", "QĐ"), "Ngày", "Ngày ký", "Ngày QĐ", "Ngày tháng")),
    "from_month": ("Từ tháng", "Từ tháng/năm", "Hưởng từ tháng", "Tháng bắt đầu hưởng", "Thời điểm hưởng", "Hưởng từ",
                   *_below(("Thời gian hưởng", "Thời gian"), "Từ", "Từ tháng")),
    "until_month": ("Đến tháng", "Đến tháng/năm", "Hưởng đến tháng", "Tháng kết thúc", "Thời điểm kết thúc",
                    "Hưởng đến",
                    *_below(("Thời gian hưởng", "Thời gian"), "Đến", "Đến tháng")),
    "amount": ("Số tiền", "Thành tiền", "Tổng số tiền", "Tổng tiền", "Số tiền được nhận", "Số tiền chi trả",
               "Thực nhận", "Số tiền trợ cấp", "Mức hưởng", "Mức trợ cấp", "Mức tiền", "Mức trợ cấp hàng tháng",
               "Kinh phí", "Tổng cộng", "Số tiền được hưởng", "Số tiền nhận", "Số tiền thực nhận", "Tiền trợ cấp",
               "Tổng số tiền được nhận", "Mức hưởng hàng tháng", "Mức chi trả"),
    "level": ("Mức hưởng", "Mức trợ cấp", "Mức trợ cấp hàng tháng", "Mức chuẩn", "Mức tiền", "Mức hưởng hàng tháng"),
    "payee_name": ("Người nhận thay", "Họ và tên người nhận", "Họ tên người nhận", "Tên người nhận", "Người nhận",
                   "Họ và tên người nhận thay", "Họ tên người nhận thay", "Người nhận tiền", "Chủ tài khoản", "Chủ TK",
                   "Tên chủ tài khoản", "Họ tên chủ tài khoản", "Tên tài khoản", "Họ và tên chủ tài khoản",
                   "Người giám hộ",
                   "Họ tên người giám hộ", "Người được ủy quyền", *_below(_PAYEES, *_NAMES, "Tên")),
    "payee_id": ("Số CCCD người nhận", "CCCD người nhận", "Số định danh người nhận", "Số CCCD người nhận thay",
                 "CCCD người nhận thay", "Số CCCD chủ tài khoản", "CCCD chủ tài khoản", *_below(_PAYEES, *_IDS)),
    "relation": (*_RELATIONS, "Căn cứ nhận thay", "Căn cứ", "Căn cứ ủy quyền", "Giấy ủy quyền",
                 *_below(_PAYEES, *_RELATIONS, "Căn cứ", "Giấy ủy quyền", "Số giấy ủy quyền")),
    "account": (*_ACCOUNTS, "Số tài khoản/Số ví", *_below(_PAYEES, *_ACCOUNTS)),
    "bank": (*_BANKS, *_below(_PAYEES, *_BANKS)),
    "phone": (*_PHONES, *_below(_PAYEES, *_PHONES)),
    "note": ("Ghi chú", "Chú thích", "Diễn giải", "Nội dung", "GC"),
}  # fmt: skip
JOINED: Mapping[str, tuple[str, ...]] = {"name": ("family", "given"), "birth": ("birth_male", "birth_female")}
MARKS: Mapping[str, Mapping[str, str]] = {
    "sex": {"male": "Nam", "female": "Nữ", "birth_male": "Nam", "birth_female": "Nữ"}
}
DATES: Mapping[str, tuple[str, ...]] = {"birth": ("birth_day", "birth_month", "birth_year"), "decision_date": ()}
MONTHS = ("from_month", "until_month")
AMOUNTS = ("amount", "level")
DIGITS: Mapping[str, tuple[int, int]] = {
    **{"beneficiary_id": (12, 2), "payee_id": (12, 2)},  # places of registration begin with at most two zeros: 001
    **{"account": (0, 0), "phone": (10, 1)},
}
SECTIONS: Mapping[str, tuple[str, ...]] = {
    "commune": ("Xã", "Phường", "Thị trấn", "Đặc khu"),
    "hamlet": (
        *(
            "Thôn",
            "Ấp",
            "Bản",
            "Buôn",
            "Làng",
            "Xóm",
            "Khóm",
            "Khu phố",
            "Khu dân cư",
            "Tổ dân phố",
            "TDP",
            "Tổ",
            "Phum",
        ),
        *("Sóc", "Plei", "Khu"),
    ),
    "programme": (
        *("Đối tượng", "Nhóm", "Chế độ", "Chương trình", "Diện", "Trợ cấp", "Hưu trí xã hội", "Bảo trợ xã hội"),
        *("Người cao tuổi", "Người khuyết tật", "Người có công", "Người đơn thân", "Người nhiễm HIV", "Trẻ em"),
        *("Thương binh", "Bệnh binh", "Thân nhân", "Hộ gia đình", "Hộ nghèo", "Hộ cận nghèo", "Người chăm sóc"),
    ),
}
TOTALS = ("Cộng", "Tổng", "Tổng cộng", "Tổng số", "Tổng tiền", "Cộng dồn", "Lũy kế", "Cộng trang", "Cộng mang sang")
FOOTERS = (
    *(
        "Người lập",
        "Lập biểu",
        "Cán bộ",
        "Kế toán",
        "Thủ quỹ",
        "Thủ trưởng",
        "Chủ tịch",
        "Phó chủ tịch",
        "Trưởng phòng",
    ),
    *("TM.", "KT.", "TL.", "TUQ.", "Ủy ban nhân dân", "UBND", "Xác nhận", "Bằng chữ", "Số tiền bằng chữ"),
    *(
        "Tổng số tiền bằng chữ",
        "Viết bằng chữ",
        "Ấn định",
        "Danh sách này",
        "Danh sách gồm",
        "Ký tên",
        "Ký, ghi rõ họ tên",
    ),
    *("(Ký", "Ghi chú:", "Nơi nhận", "Công chức", "Giám đốc", "Đơn vị chi trả", "Người nhận tiền ký", "Người duyệt"),
    *("Kho bạc", "Lưu ý", "Ngày", "Trưởng thôn", "Trưởng ấp", "Trưởng bản", "Trưởng khu", "Tổ trưởng", "Trưởng ban"),
    *("Bí thư", "Đại diện", "Người kiểm tra", "Người giao", "Nhân viên chi trả", "Giao dịch viên", "Phụ trách"),
)
