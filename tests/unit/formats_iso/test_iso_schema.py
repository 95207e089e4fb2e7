from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree
from support.pain001_values import TRANSFER, rendered

from formats.errors import SchemaMissing, Unreadable
from formats.iso20022 import schema

needs_schema = pytest.mark.skipif(bool(schema.missing()), reason="schemas are not installed: make schemas")


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Nothing is installed, and installing goes into a temporary folder."""
    monkeypatch.setattr(schema, "FOLDER", tmp_path / "xsd")
    schema.compiled.cache_clear()
    yield tmp_path / "xsd"
    schema.compiled.cache_clear()


def test_the_manifest_holds_every_version_we_write_or_are_promised() -> None:
    messages = {row.message for row in schema.manifest()}
    assert {f"pain.001.001.{version}" for version in ("03", "09", "12")} <= messages
    assert {"pain.002.001.03", "pain.002.001.12", "xmldsig-core-schema"} <= messages
    assert {f"camt.05{kind}.001.{version:02}" for kind in (2, 3, 4) for version in range(1, 15)} <= messages


def test_each_manifest_row_is_unique_by_message_namespace_and_hash() -> None:
    rows = schema.manifest()
    for column in ("message", "namespace", "sha256"):
        assert len({getattr(row, column) for row in rows}) == len(rows)


@needs_schema
@pytest.mark.parametrize("row", schema.manifest(), ids=lambda row: row.message)
def test_every_schema_compiles_and_declares_its_namespace(row: schema.Schema) -> None:
    assert etree.parse(row.path).getroot().get("targetNamespace") == row.namespace
    assert isinstance(schema.compiled(row.message), etree.XMLSchema)


@needs_schema
def test_a_schema_is_found_by_message_and_by_namespace() -> None:
    path = schema.find("pain.001.001.09")
    assert path == schema.find("urn:iso:std:iso:20022:tech:xsd:pain.001.001.09")
    assert path.is_file()


@pytest.mark.usefixtures("empty_folder")
def test_a_missing_schema_is_one_clear_error_that_says_what_to_run() -> None:
    with pytest.raises(SchemaMissing, match="run=chitra schemas install"):
        schema.find("pain.001.001.09")
    assert schema.installed() == []


@needs_schema
def test_schemas_are_installed_from_a_folder_and_a_zip_by_their_hash(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    rows = {row.message: row.path for row in schema.installed()}
    source = tmp_path / "catalogue"
    (source / "deep").mkdir(parents=True)
    (source / "deep" / "any name.xsd").write_bytes(rows["pain.001.001.09"].read_bytes())
    (source / "pain.001.001.03.xsd").write_bytes(b"<other/>")
    archive = tmp_path / "catalogue.zip"
    with zipfile.ZipFile(archive, "w") as files:
        files.write(rows["pain.002.001.12"], "../../pain.002.001.12.xsd")
    request.getfixturevalue("empty_folder")

    assert schema.install(source) == schema.Installation(("pain.001.001.09",), ("pain.001.001.03.xsd",))
    assert schema.install(archive).taken == ("pain.002.001.12",)
    assert [row.message for row in schema.installed()] == ["pain.001.001.09", "pain.002.001.12"]


@needs_schema
def test_a_schema_file_that_was_changed_is_not_installed(request: pytest.FixtureRequest) -> None:
    original = schema.find("pain.001.001.09").read_bytes()
    folder: Path = request.getfixturevalue("empty_folder")
    folder.mkdir()
    (folder / "pain.001.001.09.xsd").write_bytes(original + b"<!-- -->")
    with pytest.raises(SchemaMissing):
        schema.find("pain.001.001.09")


def test_a_source_that_is_no_folder_or_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    with pytest.raises(Unreadable, match="no_schema_source"):
        schema.install(tmp_path / "a.txt")


@needs_schema
def test_findings_name_path_and_rule_and_never_the_value() -> None:
    content = rendered([TRANSFER])[0].replace(b"<ChrgBr>DEBT<", b"<ChrgBr>NGUYEN' is THI<")
    found = schema.findings(io.BytesIO(content), "pain.001.001.09")
    assert {finding.path for finding in found} == {"Document/CstmrCdtTrfInitn/PmtInf/ChrgBr"}
    assert "SCHEMAV_CVC_ENUMERATION_VALID" in {finding.rule for finding in found}
    assert not any("NGUYEN" in finding.message for finding in found)


@needs_schema
def test_findings_are_bounded() -> None:
    content = rendered([TRANSFER] * 100)[0].replace(b'Ccy="VND"', b'Ccy="vnd"')
    assert len(schema.findings(io.BytesIO(content), "pain.001.001.09", limit=7)) == 7


@needs_schema
@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "not_well_formed"),
        (b"<Document", "SCHEMAV_CVC_ELT_1"),
        (b"<!DOCTYPE a><a/>", "doctype"),
        (b"<a/>", "SCHEMAV_CVC_ELT_1"),
        (b"<a>" * 300, "SCHEMAV_CVC_ELT_1"),
    ],
)
def test_findings_never_raise_for_bad_content(content: bytes, rule: str) -> None:
    assert rule in [finding.rule for finding in schema.findings(io.BytesIO(content), "pain.001.001.09")]


@needs_schema
def test_a_truncated_file_is_a_finding_even_where_the_schema_is_satisfied() -> None:
    content = rendered([TRANSFER])[0][:-5]
    assert [finding.rule for finding in schema.findings(io.BytesIO(content), "pain.001.001.09")] == ["not_well_formed"]


def test_a_version_without_schema_is_itself_a_finding() -> None:
    found = schema.findings(io.BytesIO(b"<Document/>"), "camt.053.001.99")
    assert [finding.rule for finding in found] == ["schema-not-installed"]
