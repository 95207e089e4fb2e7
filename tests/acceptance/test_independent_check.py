"""One exported file, judged by others: libxml2 with the official schema, xmlsec1 with our certificate."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree
from support.homes import Home, served
from support.services import require_tool
from support.stages import Stages

from formats.iso20022 import schema

MESSAGE = "pain.001.001.09"


@pytest.fixture(scope="module")
def sent_home(sqlite_stages: Stages, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with sqlite_stages.copy("approved", tmp_path_factory.mktemp("sent")) as home, served(home):
        home.send().done()
        yield home


@pytest.fixture(scope="module")
def exported(sent_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file as ``file export`` gives it: the bytes that the partner has."""
    listed = sent_home.chitra("file", "list", "--partner", "vietinbank").done()["files"]
    path = tmp_path_factory.mktemp("exported") / "exported.xml"
    sent_home.chitra("file", "export", listed[0]["file"], "-o", path).done()
    assert path.read_bytes() == sent_home.orders()[f"vietinbank/{listed[0]['name']}"]
    return path


def test_exported_file_is_valid_against_the_official_schema(exported: Path) -> None:
    (known,) = (each for each in schema.manifest() if each.message == MESSAGE)
    if not known.is_installed():
        pytest.skip("the ISO 20022 schemas are not installed: make schemas")
    official = etree.XMLSchema(etree.parse(known.path))
    official.assertValid(etree.parse(exported))


def test_a4_exported_file_is_verified_by_xmlsec_and_no_longer_after_a_change(
    exported: Path, sent_home: Home, tmp_path: Path
) -> None:
    certificate = sent_home.path / "keyring" / "payments.pem"
    assert verified(exported, certificate)
    stranger = sent_home.path / "keyring" / "partners" / "momo.pem"
    assert not verified(exported, stranger)

    data = exported.read_bytes()
    assert b'Ccy="VND">540000<' in data
    tampered = tmp_path / "tampered.xml"
    tampered.write_bytes(data.replace(b'Ccy="VND">540000<', b'Ccy="VND">540001<', 1))
    assert not verified(tampered, certificate)


def verified(path: Path, certificate: Path) -> bool:
    xmlsec = require_tool("xmlsec1")
    command = [xmlsec, "--verify", "--enabled-key-data", "x509", "--trusted-pem", certificate, path]
    return subprocess.run(command, capture_output=True, timeout=60).returncode == 0
