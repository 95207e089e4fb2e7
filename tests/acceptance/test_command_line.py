"""The contract of the command line: one JSON document, stable exit codes, one line for what is missing, help."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.command import Result, chitra, run, side_by_side
from support.homes import Home
from support.stages import Stages

GROUPS = re.compile(r"^  (\w+)  ", re.MULTILINE)
ABSENT = "no-such-file.csv"

STORED = {
    "batch list": "batches",
    "file list": "files",
    "payment list": "payments",
    "statement list": "statements",
    "exception list": "exceptions",
    "operator list": "operators",
}
"""Commands that read the database, and what their document holds."""

UNSTORED = {
    "partner list": "partners",
    "key list": "keys",
    "schemas list": "schemas",
    "sandbox ledger": "payments",
    "sandbox clock": "now",
    "send": "files",
}

REFUSED = {
    "batch show NONE": 1,
    "batch submit NONE --operator maker": 1,
    "file show NONE": 1,
    "payment show NONE": 1,
    "statement show 999": 1,
    "exception show 999": 1,
    "partner show nobody": 1,
    "report batch NONE": 1,
    "key export nobody": 1,
    "batch list --limit none": 2,
    "batch nonsense": 2,
    "nonsense": 2,
    "--nonsense": 2,
}


def test_command_that_reads_the_database_prints_exactly_one_document(home: Home) -> None:
    shown = side_by_side(lambda command: home.chitra(*command.split()), STORED)
    for command, field in STORED.items():
        assert field in shown[command].done(), command


def test_other_commands_print_exactly_one_document(sqlite_home: Home) -> None:
    shown = side_by_side(lambda command: sqlite_home.chitra(*command.split()), UNSTORED)
    for command, field in UNSTORED.items():
        assert field in shown[command].done(), command


@pytest.fixture(scope="module")
def refusals(sqlite_stages: Stages, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Result]]:
    with sqlite_stages.copy("new", tmp_path_factory.mktemp("refusals")) as home:
        yield side_by_side(lambda command: home.chitra(*command.split()), REFUSED)


@pytest.mark.parametrize("command", REFUSED)
def test_refusal_prints_one_line_and_exactly_one_document_with_a_stable_code(
    refusals: dict[str, Result], command: str
) -> None:
    refused = refusals[command]
    assert refused.code == REFUSED[command]
    assert refused.json["error"]["code"]
    if refused.code == 1:
        assert len(refused.stderr.splitlines()) == 1


def test_people_get_words_in_their_language_and_no_document(sqlite_home: Home) -> None:
    words = {}
    for language in ("vi", "en"):
        refused = run("--home", sqlite_home.path, "--lang", language, "batch", "show", "NONE")
        assert (refused.code, refused.stdout) == (1, "")
        words[language] = refused.stderr
    assert words["vi"] != words["en"]


def test_help_lists_every_command_and_ends_with_an_example() -> None:
    help_ = run("--help")
    assert help_.code == 0
    commands = GROUPS.findall(help_.stdout.partition("Commands:")[2])
    assert {"init", "demo", "batch", "send", "poll", "daemon", "doctor"} <= set(commands)
    assert help_.stdout.rstrip().splitlines()[-1].startswith("  chitra demo")


# --- what is missing: one line that says what to run


def test_missing_home_says_init(tmp_path: Path) -> None:
    one_line(chitra(tmp_path, "batch", "list"), "no_home", "chitra init")


def test_missing_database_is_missed_by_its_path(sqlite_home: Home) -> None:
    for path in sqlite_home.path.glob("chitra.db*"):
        path.unlink()
    one_line(sqlite_home.chitra("batch", "list"), "database_missing", str(sqlite_home.path / "chitra.db"))


def test_empty_database_says_db_upgrade(sqlite_home: Home) -> None:
    for path in sqlite_home.path.glob("chitra.db*"):
        path.unlink()
    (sqlite_home.path / "chitra.db").touch()
    one_line(sqlite_home.chitra("batch", "list"), "database_outdated", "chitra db upgrade")


def test_misspelt_setting_is_named(sqlite_home: Home) -> None:
    sqlite_home.configure("approvals_required", "aprovals_required")
    one_line(sqlite_home.chitra("batch", "list"), "config_wrong", "aprovals_required")


def test_missing_signing_key_is_named_and_nothing_is_sent(approved_sqlite_home: Home) -> None:
    (approved_sqlite_home.path / "keyring" / "payments.key").unlink()
    sent = approved_sqlite_home.send()
    assert sent.code == 1
    assert {error["code"] for error in sent.json["errors"]} == {"key_missing"}
    assert "payments" in sent.stderr
    assert approved_sqlite_home.orders() == {}


def test_key_file_that_others_may_read_is_refused_and_nothing_is_sent(approved_sqlite_home: Home) -> None:
    (approved_sqlite_home.path / "keyring" / "payments.key").chmod(0o644)
    assert approved_sqlite_home.send().code == 1
    assert approved_sqlite_home.orders() == {}


def test_missing_file_is_a_usage_error(sqlite_home: Home) -> None:
    assert sqlite_home.import_(Path(ABSENT)).code == 2


def one_line(result: Result, code: str, what_to_run: str) -> None:
    assert result.code == 1
    assert result.json["error"]["code"] == code
    assert len(result.stderr.splitlines()) == 1
    assert what_to_run in result.stderr
