from __future__ import annotations

import pytest

from gateway.transport.names import basename, decoded, is_safe


@pytest.mark.parametrize("name", ["PAY_20261101_000001.xml", ".PAY.part-1", "Báo cáo tháng 11.xml", "a" * 255])
def test_an_ordinary_basename_is_safe(name: str) -> None:
    assert is_safe(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../in/x",
        "a/b",
        "a\\b",
        "a\0b",
        "a\nb",
        "a\x1b[31mb",
        "a\u202elmx.xml",
        "a\u2028b",
        "a" * 256,
        "é" * 128,
        decoded(b"caf\xe9.xml"),
    ],
)
def test_a_name_that_travels_hides_or_does_not_decode_is_unsafe(name: str) -> None:
    assert not is_safe(name)


def test_the_basename_of_a_path_is_its_last_part() -> None:
    assert basename("/out/status/x.xml") == "x.xml"
