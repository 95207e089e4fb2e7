"""The check of a message in a second process: the verdict of the first, its errors, and nothing left behind."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest
from support.pain001_values import SIGNATURE, TRANSFER, rendered

from formats.errors import FormatError, SchemaMissing
from formats.iso20022 import schema
from gateway import checking
from gateway.checking import FirstProcess, SecondProcess, check_for
from gateway.domain.errors import Refusal
from gateway.ports import MessageCheck

VERSION = "pain.001.001.09"
MANY = [replace(TRANSFER, end_to_end_id=f"E{number}", amount=number + 1) for number in range(1200)]

pytestmark = pytest.mark.skipif(bool(schema.missing()), reason="schemas are not installed: make schemas")


@pytest.fixture(params=[FirstProcess, SecondProcess])
def check(request: pytest.FixtureRequest) -> Iterator[MessageCheck]:
    with request.param(VERSION) as opened:
        yield opened


def test_m7_a_message_passes_with_the_digests_of_what_was_written(check: MessageCheck) -> None:
    _, result = rendered(MANY, sign=lambda _: SIGNATURE, follower=check)
    verdict = check.verdict()
    assert (verdict.sha256, verdict.values) == (result.sha256, result.values)


class _Spoilt:
    """Hands on parts of which one is not what was written."""

    def __init__(self, check: MessageCheck) -> None:
        self._check = check

    def follow(self, kind: str, part: bytes) -> None:
        self._check.follow(kind, part.replace(b"<Cd>SSBE<", b"<Cd>TOOLONG<"))


def test_m7_what_is_wrong_is_raised_by_its_code(check: MessageCheck) -> None:
    with pytest.raises(FormatError, match="schema_invalid"):  # noqa: PT012 - while writing, or at the verdict
        rendered(MANY, follower=_Spoilt(check))
        check.verdict()


def test_a_message_that_is_not_finished_has_no_verdict(check: MessageCheck) -> None:
    check.follow("head", b"")
    with pytest.raises(FormatError, match="message_unfinished"):
        check.verdict()


def test_a_check_that_was_killed_is_no_verdict() -> None:
    with SecondProcess(VERSION) as check:
        check._process.kill()
        check._process.wait()
        check.follow("head", b"x" * (1 << 20))
        with pytest.raises(Refusal, match="check_ended"):
            check.verdict()


def test_an_error_while_writing_leaves_no_process_behind() -> None:
    with pytest.raises(ZeroDivisionError), SecondProcess(VERSION) as check:
        raise ZeroDivisionError
    with pytest.raises(ProcessLookupError):
        os.kill(check._process.pid, 0)


def test_only_long_messages_take_a_second_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking.os, "sched_getaffinity", lambda _: {0, 1})
    with check_for(VERSION, 1999) as short, check_for(VERSION, 2000) as long:
        assert (type(short), type(long)) == (FirstProcess, SecondProcess)
    monkeypatch.setattr(checking.os, "sched_getaffinity", lambda _: {0})
    with check_for(VERSION, 2000) as alone:
        assert type(alone) is FirstProcess


def test_a_version_without_schema_is_said_before_anything_is_written() -> None:
    with pytest.raises(SchemaMissing):
        check_for("pain.001.001.99", 1)
