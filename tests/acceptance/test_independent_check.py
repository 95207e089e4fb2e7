"""One exported file, judged by others: libxml2 with the official schema, xmlsec1 with our certificate."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from lxml import etree
from support.homes import Home
from support.services import require_tool

from formats.iso20022 import schema

MESSAGE = "pain.001.001.09"


@pytest.fixture
def exported(approved_sqlite_home: Home, tmp_path: Path) -> Path:
    home = approved_sqlite_home
    sent = home.send().done()["files"]
    (ours,) = (file for file in sent if file["partner"] == "vietinbank")
    path = tmp_path / "exported.xml"
    home.chitra("file", "export", ours["file"], "-o", path).done()
    assert path.read_bytes() == home.orders()[f"vietinbank/{ours['name']}"]
    return path


def test_exported_file_is_valid_against_the_official_schema(exported: Path) -> None:
    (known,) = (each for each in schema.manifest() if each.message == MESSAGE)
    if not known.is_installed():
        pytest.skip("the ISO 20022 schemas are not installed: make schemas")
    official = etree.XMLSchema(etree.parse(known.path))
    official.assertValid(etree.parse(exported))


def test_a4_exported_file_is_verified_by_xmlsec_and_no_longer_after_a_change(
    exported: Path, approved_sqlite_home: Home
) -> None:
    certificate = approved_sqlite_home.path / "keyring" / "payments.pem"
    assert verified(exported, certificate)
    stranger = approved_sqlite_home.path / "keyring" / "partners" / "momo.pem"
    assert not verified(exported, stranger)

    data = exported.read_bytes()
    assert b'Ccy="VND">540000<' in data
    exported.write_bytes(data.replace(b'Ccy="VND">540000<', b'Ccy="VND">540001<', 1))
    assert not verified(exported, certificate)


def verified(path: Path, certificate: Path) -> bool:
    xmlsec = require_tool("xmlsec1")
    command = [xmlsec, "--verify", "--enabled-key-data", "x509", "--trusted-pem", certificate, path]
    return subprocess.run(command, capture_output=True, timeout=60).returncode == 0
