"""The national population database. A starting point to be confirmed with the registry: its rules are not public."""

from __future__ import annotations

from adapters.profile import Outbox, RegistryProfile

PROFILE = RegistryProfile(
    name="National population database",
    status="starting point, to be confirmed with the registry",
    source="the results that circulars on cleaning lists name; folders, names, columns and codes are assumptions",
    outbox=Outbox(
        folder="/in", filename="POPREQ{date:%Y%m%d}{sequence:06d}.csv", message="population", signature="detached"
    ),
    folder="/out",
    archive="/out/archive",
    pattern="POPANS*.csv",
    proof="detached",
    asked={
        "request": "Mã yêu cầu",
        "beneficiary_id": "Số định danh cá nhân",
        "name": "Họ và tên",
        "birth": "Ngày sinh",
        "sex": "Giới tính",
        "commune": "Mã xã",
    },
    answered={
        "request": "Mã yêu cầu",
        "answered_on": "Ngày trả lời",
        "beneficiary_id": "Số định danh cá nhân",
        "name": "Họ và tên",
        "birth": "Ngày sinh",
        "result": "Kết quả",
        "known_name": "Họ và tên đúng",
        "known_birth": "Ngày sinh đúng",
        "died_on": "Ngày mất",
        "new_commune": "Mã xã mới",
    },
    results={
        "00": "confirmed",
        "01": "name_differs",
        "02": "birth_differs",
        "03": "deceased",
        "04": "moved",
        "05": "unknown",
    },
)
