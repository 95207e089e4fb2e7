"""``db backup`` and ``db restore`` of a played month: back whole or not at all, and nothing is sent (D2, M15)."""

from __future__ import annotations

import json
import os
import shutil
import signal
from contextlib import closing
from pathlib import Path

import pytest
from support.inprocess import Gateway, chitra

from gateway.app import App
from gateway.domain import crash
from keys.passphrase import Passphrase


@pytest.fixture(scope="module")
def saved(played: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A copy of the month, and its backup."""
    folder = tmp_path_factory.mktemp("saved")
    shutil.copytree(played, folder / "home")
    made = Gateway(folder / "home").json("db", "backup", "-o", folder / "month.backup").done()
    assert made["size_bytes"] == (folder / "month.backup").stat().st_size
    return folder / "home", folder / "month.backup"


@pytest.fixture
def bare(saved: tuple[Path, Path], tmp_path: Path) -> Gateway:
    """The home on a new machine: keyring and configuration, no database."""
    home = tmp_path / "new"
    home.mkdir(mode=0o700)
    shutil.copytree(saved[0] / "keyring", home / "keyring")
    for name in ("chitra.toml", "clock"):
        shutil.copy2(saved[0] / name, home / name)
    return Gateway(home)


def test_m15_a_month_comes_back_whole_and_in_safe_mode(saved: tuple[Path, Path], bare: Gateway) -> None:
    assert bare.json("db", "check").code == 1
    answer = bare.json("db", "restore", saved[1])
    assert answer.code == 3
    assert answer.document["safe_mode"]
    assert answer.document["has_storage_key"]
    assert bare.json("db", "check").done() == {"ok": True, "findings": []}
    now, before = (each.json("payment", "list").done() for each in (bare, Gateway(saved[0])))
    assert now == before
    assert bare.json("send").code == 5
    assert "restored from a backup" in bare.words("send").err


def test_a1_a_backup_is_recorded_with_its_digest(saved: tuple[Path, Path]) -> None:
    (act,) = [a for a in Gateway(saved[0]).json("audit", "list").done()["acts"] if a["verb"] == "db backup"]
    assert act["subject"] == "month.backup"
    assert act["details"]["size_bytes"] == saved[1].stat().st_size


def test_its_first_line_says_what_it_is(saved: tuple[Path, Path]) -> None:
    line = json.loads(saved[1].read_bytes().split(b"\n", 1)[0])
    assert line["format"] == "chitra-backup-1"
    assert {"instance", "epoch", "sequence", "head", "revision", "environment", "storage_key"} <= line["about"].keys()
    assert line["about"]["tables"]["payment"]["rows"] == 40


def test_it_is_never_written_or_restored_over_anything(saved: tuple[Path, Path], bare: Gateway) -> None:
    home, backup = saved
    before = (home / "chitra.db").read_bytes(), backup.read_bytes()
    again = Gateway(home).json("db", "backup", "-o", backup)
    assert (again.code, again.document["error"]["code"]) == (1, "file_exists")
    over = Gateway(home).json("db", "restore", backup)
    assert (over.code, over.document["error"]["code"]) == (1, "database_exists")
    (bare.home / "chitra.db-wal").write_bytes(b"the end of another database's work")
    beside = bare.json("db", "restore", backup)
    assert (beside.code, beside.document["error"]["code"]) == (1, "database_exists")
    assert ((home / "chitra.db").read_bytes(), backup.read_bytes()) == before


def _spoil(content: bytes) -> dict[str, tuple[bytes, int, str]]:
    """How -> bytes, exit code, code."""
    middle = len(content) // 2
    return {
        "cut short": (content[:-100], 5, "backup_cut_short"),
        "a bit changed": (content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :], 5, "backup_changed"),
        "its first line changed": (content.replace(b'"epoch": 1', b'"epoch": 2', 1), 1, "wrong_passphrase"),
        "something else": (b"SQLite format 3\0" + content, 1, "backup_form"),
        "nothing": (b"", 1, "backup_form"),
    }


@pytest.mark.parametrize("how", _spoil(b"." * 300))
def test_what_is_spoilt_is_said_and_nothing_is_restored(saved: tuple[Path, Path], bare: Gateway, how: str) -> None:
    content, exit_code, code = _spoil(saved[1].read_bytes())[how]
    spoilt = bare.home / "spoilt"
    spoilt.write_bytes(content)
    answer = bare.json("db", "restore", spoilt)
    assert (answer.code, answer.document["error"]["code"]) == (exit_code, code)
    assert list(bare.home.glob("*chitra.db*")) == []


def test_a_wrong_passphrase_is_said(saved: tuple[Path, Path], bare: Gateway) -> None:
    Passphrase.random().save(bare.home / "other")
    answer = bare.json("db", "restore", saved[1], "--passphrase-file", bare.home / "other")
    assert (answer.code, answer.document["error"]["code"]) == (1, "wrong_passphrase")


def test_with_another_storage_key_nothing_is_restored(saved: tuple[Path, Path], bare: Gateway) -> None:
    """People who were paid would not be known again, and paid twice."""
    _lose_storage_key(bare)
    app = App(bare.home, lambda key: b"")
    app.keyring.generate_vault(app.passphrase("vault"), now=app.clock.now())
    answer = bare.json("db", "restore", saved[1])
    assert (answer.code, answer.document["error"]["code"]) == (1, "backup_of_other_storage_key")
    assert not (bare.home / "chitra.db").exists()


def test_without_the_storage_key_states_and_amounts_come_back_and_nobodys_data(
    saved: tuple[Path, Path], bare: Gateway
) -> None:
    key = _lose_storage_key(bare)
    answer = bare.json("db", "restore", saved[1])
    assert (answer.code, answer.document["has_storage_key"]) == (3, False)
    assert answer.document["storage_key"] in answer.err
    assert bare.json("audit", "verify").done()["ok"]
    assert len(bare.json("batch", "list").done()["batches"]) == 1
    payment = bare.json("payment", "list").done()["payments"][0]["end_to_end_id"]
    shown = bare.json("payment", "show", payment, "--unmask", "--reason", "asked")
    assert shown.document["error"]["code"] == "key_missing"
    (bare.home / "keyring/vault.key").write_bytes(key)
    (bare.home / "keyring/vault.key").chmod(0o600)
    assert bare.json("payment", "show", payment, "--unmask", "--reason", "asked").code == 0


def _lose_storage_key(bare: Gateway) -> bytes:
    path = bare.home / "keyring/vault.key"
    content = path.read_bytes()
    path.unlink()
    return content


def test_d2_killed_anywhere_it_is_not_there_or_whole_and_can_be_restored_again(
    saved: tuple[Path, Path], bare: Gateway
) -> None:
    for place in ("rows restored", "committing safe mode", "committed safe mode", "database restored"):
        _killed_at(place, bare, saved[1])
        assert not (bare.home / "chitra.db").exists(), place
    assert bare.json("db", "restore", saved[1]).code == 3
    assert [path.name for path in bare.home.glob(".chitra.db*")] == []


def _killed_at(place: str, home: Gateway, backup: Path) -> None:
    child = os.fork()
    if child == 0:
        crash.listen(lambda reached: os.kill(os.getpid(), signal.SIGKILL) if reached == place else None)
        chitra("--home", home.home, "db", "restore", backup)
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL


def test_a_month_goes_to_postgresql_and_back(
    saved: tuple[Path, Path], bare: Gateway, postgres_url: str, tmp_path: Path
) -> None:
    bare.configure("sqlite:///chitra.db", postgres_url)
    assert bare.json("db", "restore", saved[1]).code == 3
    assert bare.json("db", "check").done()["ok"]
    over = bare.json("db", "restore", saved[1])
    assert (over.code, over.document["error"]["code"]) == (1, "database_not_empty")
    bare.json("db", "backup", "-o", tmp_path / "second").done()
    bare.configure(postgres_url, "sqlite:///chitra.db")
    assert bare.json("db", "restore", tmp_path / "second").code == 3
    assert bare.json("audit", "verify").done()["ok"]
    with closing(App(bare.home, lambda key: b"").store) as store, store.read() as tx:
        assert tx.value("SELECT count(*) FROM payment") == 40
