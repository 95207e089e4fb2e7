"""Without the official schema nothing leaves; one line says what to run. In this process, since a schema is hidden."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.homes import Home

from formats.iso20022 import schema
from gateway.cli.main import run


@pytest.fixture
def no_schemas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(schema, "FOLDER", tmp_path / "empty")
    monkeypatch.setenv("CHITRA_LANG", "en")
    schema.compiled.cache_clear()
    yield
    schema.compiled.cache_clear()


@pytest.mark.usefixtures("no_schemas")
def test_missing_schema_stops_sending_with_one_line_that_says_what_to_run(
    approved_sqlite_home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    home = approved_sqlite_home
    assert run(["--home", str(home.path), "--json", "send"]) == 1
    said = set(capsys.readouterr().err.splitlines())
    assert len(said) == 1
    assert "chitra schemas install" in said.pop()
    assert home.orders() == {}
    assert home.states(home.batch) == {"allocated": 40}
