"""A3: a month of people whose data stand nowhere else; then everything that was said and left is searched for them."""

from __future__ import annotations

import base64
import csv
import io
import itertools
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.canary import Canaries, name, plain
from support.inprocess import Answer, Gateway

from gateway import demo
from gateway.app import App
from gateway.daemon.crew import Crew
from gateway.daemon.health import Health
from gateway.domain import crash
from gateway.observe.logs import open_log
from gateway.sandbox import people

PAYMENTS = 12
LIST = "batch.csv"
"""The list as its maker has it."""


@dataclass
class Month:
    home: Path
    canaries: Canaries
    rows: list[dict[str, str]]
    scratch: Path
    """Where temporary files lie."""
    seen: dict[str, set[str]]
    """Named scratch files that held somebody's data at any moment."""
    log: io.StringIO
    """What any library would have logged at its most talkative."""

    @property
    def gateway(self) -> Gateway:
        return Gateway(self.home)


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    folder = tmp_path_factory.mktemp("canary")
    home, scratch = folder / "home", folder / "tmp"
    scratch.mkdir()
    rows = [_person(number, row) for number, row in enumerate(people.payments(PAYMENTS, 7, "2026-12"))]
    values = {row[field] for row in rows for field in ("beneficiary_name", "payee_name", "beneficiary_id", "account")}
    played = Month(home, Canaries(values - {""}), rows, scratch, {}, io.StringIO())
    handler = logging.StreamHandler(played.log)
    before = os.umask(0o077)  # as the command does
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(scratch))
        patch.setenv("TMPDIR", str(scratch))
        patch.setattr(people, "payments", lambda count, seed, period: iter(rows))
        patch.setattr(crash, "_listener", lambda place: played.seen.update(_scratch_of(played)))
        level = logging.root.level
        logging.root.setLevel(logging.DEBUG)  # what loggers remember of earlier tests is forgotten
        logging.root.addHandler(handler)
        demo.play_month(home, PAYMENTS, 7, lambda step: None)
        yield played
        logging.root.removeHandler(handler)
        logging.root.setLevel(level)
        os.umask(before)


def _person(number: int, row: dict[str, str]) -> dict[str, str]:
    guardian = name(number + 5) if row["payee_name"] else ""
    return {**row, "beneficiary_name": name(number), "payee_name": guardian}


def _scratch_of(month: Month) -> dict[str, set[str]]:
    return month.canaries.found_in(month.scratch) | month.canaries.found_in(month.home / "spool")


def _said(answers: list[Answer]) -> bytes:
    return "\n".join(text for each in answers for text in (each.out, each.err)).encode()


def _ids(month: Month, noun: str, *fields: str) -> list[str]:
    listed = next(value for value in month.gateway.json(noun, "list").document.values() if isinstance(value, list))
    return [next(str(row[field]) for field in fields if field in row) for row in listed]


def test_a3_the_search_finds_every_form(month: Month) -> None:
    """The test of the test."""
    person = month.rows[0]
    whole = person["beneficiary_name"]
    for data in (
        whole.encode(),
        plain(whole).upper().encode("utf-16-le"),
        base64.b64encode(b"xy" + whole.encode() + b"z"),
        person["account"].encode().hex().encode(),
        repr(whole.encode()).encode(),
    ):
        assert month.canaries.found(b"before " + data + b" after"), data
    assert month.canaries.found((month.home / LIST).read_bytes())
    assert month.canaries.found_in(month.home / "sandbox"), "the partners must know whom they pay"


def test_a3_nothing_that_is_stored_or_left_holds_a_person(month: Month, tmp_path: Path) -> None:
    month.gateway.json("db", "backup", "-o", month.home / "backups" / "one").done()
    month.gateway.json("audit", "anchor", "-o", month.home / "backups" / "anchor").done()
    assert month.canaries.found_in(month.home, [month.home / "sandbox", month.home / LIST]) == {}
    assert month.canaries.found_in(month.scratch) == {}
    assert month.seen == {}
    assert list((month.home / "spool").iterdir()) == []


def test_a3_no_library_logs_a_person_however_talkative(month: Month) -> None:
    assert "Will assume" in month.log.getvalue(), "nothing was listened to"
    assert month.canaries.found(month.log.getvalue().encode()) == set()


def test_a3_no_command_says_a_person_who_was_not_asked_for(month: Month) -> None:
    gateway, answers = month.gateway, []
    nouns = {
        "batch": ("batch",),
        "payment": ("end_to_end_id",),
        "file": ("file",),
        "statement": ("statement",),
        "exception": ("exception",),
        "decision": ("decision",),
        "partner": ("partner", "code"),
        "key": ("key",),
        "operator": ("operator",),
    }
    for noun, fields in nouns.items():
        answers += [gateway.json(noun, "list"), gateway.words(noun, "list")]
        for subject in _ids(month, noun, *fields)[:5]:
            answers += [gateway.json(noun, "show", subject), gateway.words("-v", noun, "show", subject)]
    (batch,) = _ids(month, "batch", "batch")
    answers += [
        gateway.json("report", "batch", batch),
        gateway.words("report", "batch", batch),
        gateway.words("report", "tie", "--date", "2026-12-02"),
        gateway.words("report", "actions", batch),
        gateway.words("audit", "list", "--limit", "1000"),
        gateway.words("doctor"),
        gateway.words("db", "check"),
        gateway.words("audit", "verify"),
    ]
    exported = gateway.home / "reports" / "sent.xml"
    (sent,) = _ids(month, "file", "file")[-1:]
    gateway.json("file", "export", sent, "-o", exported).done()
    answers += [gateway.words("file", "explain", exported), gateway.json("file", "explain", exported)]
    assert all(each.code in (0, 2, 3, 5) for each in answers), [each.err for each in answers if each.code == 1]
    assert month.canaries.found(_said(answers)) == set()


def test_a3_no_error_says_a_person(month: Month, tmp_path: Path) -> None:
    """Lists that are wrong in every field, files cut in the middle, partners that do not answer."""
    gateway, answers = Gateway(shutil.copytree(month.home, tmp_path / "home")), []
    to = ("--programme", "pension", "--period", "2026-12", "--operator", "maker")
    for path in _wrong_lists(month, tmp_path):
        answers.append(gateway.words("-v", "batch", "import", path, *to))
    answers.append(gateway.json("batch", "import", path, *to))
    for path in _wrong_files(month, tmp_path):
        answers += [
            gateway.words("-v", "file", "explain", path),
            gateway.json("-v", "statement", "import", path, "--partner", "momo"),
            gateway.words("-v", "partner", "check", path),
        ]
    answers += [gateway.words("-v", "send"), gateway.words("-v", "poll"), gateway.words("-v", "daemon", "--once")]
    assert {each.code for each in answers} >= {1, 3}
    assert [each for each in answers if month.canaries.found(_said([each]))] == []
    wrong = [tmp_path / "wrong", tmp_path / "home/sandbox", tmp_path / "home" / LIST, tmp_path / "home/reports"]
    assert month.canaries.found_in(tmp_path, wrong) == {}


def _wrong_lists(month: Month, folder: Path) -> Iterator[Path]:
    wrong = folder / "wrong"
    wrong.mkdir()
    first, second = month.rows[0], month.rows[1]
    values = (f"{first['beneficiary_name']} {first['account']}", f"={second['beneficiary_id']}\x1b[31m")
    for number, (field, value) in enumerate(itertools.product(first, values)):
        yield _list_of(wrong / f"{number}.csv", [first | {"payment_ref": f"W{number}", field: value}, second])
    yield _list_of(wrong / "heading.csv", [{first["beneficiary_name"]: "1", first["account"]: "2"}])
    yield _list_of(wrong / "conflict.csv", [first | {"amount": "1000"}])
    broken = (month.home / LIST).read_bytes()
    for name_, content in {
        "latin.csv": broken.replace("Khuất".encode(), b"Khu\xffat"),
        "quotes.csv": broken.replace(b"\n", b'"\n', 3),
        "list.xlsx": b"PK\x03\x04" + broken,
    }.items():
        (wrong / name_).write_bytes(content)
        yield wrong / name_


def _list_of(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def _wrong_files(month: Month, folder: Path) -> Iterator[Path]:
    """An order of ours and an answer, spoilt where names stand."""
    for kind, pattern in (("order", "in/**/*.xml"), ("answer", "out/**/*.xml")):
        source = next(path for path in sorted((month.home / "sandbox").glob(f"*/home/{pattern}")) if path.is_file())
        content = source.read_bytes()
        middle = content.find("Khuất".encode())
        for how, spoilt in {
            "cut": content[: middle + 12],
            "element": content.replace(b"<Nm>Khu", b"<Khu"),
            "entity": content.replace("Khuất".encode(), "&Khuất;".encode()),
            "type": content.replace(b"<InstdAmt", b"<Khuat", 1),
            "whole": content,
        }.items():
            path = folder / "wrong" / f"{kind}-{how}.xml"
            path.write_bytes(spoilt)
            yield path


def test_a3_health_and_metrics_hold_nobody(month: Month) -> None:
    crew = Crew(App(month.home, lambda key: b""), open_log(io.StringIO()))
    pages = Health(lambda: crew).pages()
    bodies = b"\n".join(page().body for page in pages.values())
    assert b"chitra_" in bodies
    assert month.canaries.found(bodies) == set()


def test_a3_what_must_hold_names_is_for_its_owner_only_and_in_its_folder(month: Month) -> None:
    """Reports for people, and exact bytes of files."""
    gateway, reports = month.gateway, month.home / "reports"
    (batch,) = _ids(month, "batch", "batch")
    full = ("--unmask", "--reason", "for the commune")
    gateway.json("report", "batch", batch, "--csv", reports / "l.csv", "--xlsx", reports / "l.xlsx", *full).done()
    sent = _ids(month, "file", "file")[-1]
    gateway.json("file", "export", sent, "-o", reports / "wire.xml", "--form", "wire").done()
    assert month.canaries.found((reports / "l.csv").read_bytes())
    for path in (month.home, *month.home.rglob("*")):
        if month.home / "sandbox" not in (path, *path.parents):
            assert path.stat().st_mode & 0o077 == 0, path


@pytest.mark.parametrize("start", ["from gateway.cli import main; main._known = f; main.main()", "hide_words(); f()"])
def test_a3_a_bug_of_ours_is_told_without_its_words(start: str) -> None:
    """What a failing conversion quotes is a value of a row."""
    program = (
        "import sys; from gateway.domain.bugs import hide_words\n"
        "def f(*_):\n  try:\n    int('Khuất')\n  except ValueError as e:\n    raise KeyError('001040') from e\n"
        f"sys.argv = ['chitra', '--home', '/nowhere', 'batch', 'list']\n{start}\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )
    assert ended.returncode == 1
    assert "KeyError" in ended.stderr
    assert "ValueError" in ended.stderr
    assert "Khuất" not in ended.stderr
    assert "001040" not in ended.stderr
