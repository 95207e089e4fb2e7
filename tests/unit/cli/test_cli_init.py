"""``init``: a home, or nothing at all."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway import setup
from gateway.cli.main import run


def _failed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(["--json", "init", *arguments]) == 1
    return str(json.loads(capsys.readouterr().out)["error"]["code"])


def test_an_init_that_fails_half_way_leaves_nothing_and_can_be_tried_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    assert _failed(capsys, str(home), "--sandbox", "--database", "mysql://x") == "database_url_unknown"
    assert list(home.iterdir()) == []
    assert run(["init", str(home), "--sandbox"]) == 0


def test_what_stood_in_the_folder_before_a_failed_init_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "list.csv").write_text("kept")
    (tmp_path / "reports").mkdir()
    _failed(capsys, str(tmp_path), "--sandbox", "--database", "mysql://x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["list.csv", "reports"]


def test_a_file_in_the_place_of_the_home_is_said_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert _failed(capsys, str(tmp_path / "file"), "--sandbox") == "cannot_write"


def test_a_failed_init_leaves_what_somebody_else_put_there_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        (tmp_path / "list.csv").write_text("kept")
        raise KeyboardInterrupt

    monkeypatch.setattr(setup, "_sandbox_partners", fail)
    with pytest.raises(KeyboardInterrupt):
        setup.init_home(tmp_path, True, datetime.now(UTC), lambda key: b"")
    assert [path.name for path in tmp_path.iterdir()] == ["list.csv"]
