"""Checks of messages while they are written: here, or in a second process where the message is long enough for it.

``python -P -m gateway.checking VERSION`` is that process: parts come in on its standard input, each after a line with
its kind and size; the verdict goes out as one line of JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from types import TracebackType
from typing import BinaryIO, Self

from formats.errors import FormatError
from formats.iso20022 import schema
from formats.iso20022.pain001.check import Check, Verdict
from gateway.domain import bugs
from gateway.domain.errors import Refusal
from gateway.ports import MessageCheck

_TRANSFERS_MIN = 2000
"""From here on a second process saves more than its start takes (0.15 s)."""


def check_for(version: str, transfers: int) -> MessageCheck:
    """A check of a message of this size; raises SchemaMissing."""
    schema.find(version)
    has_second_core = len(os.sched_getaffinity(0)) > 1
    return SecondProcess(version) if has_second_core and transfers >= _TRANSFERS_MIN else FirstProcess(version)


class FirstProcess:
    """The check in this process."""

    def __init__(self, version: str) -> None:
        self._check = Check(version)
        self.follow, self.verdict = self._check.follow, self._check.verdict

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to give back."""


class SecondProcess:
    """The check in a process of its own; what it finds wrong is raised at the verdict."""

    def __init__(self, version: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "gateway.checking", version],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            process_group=0,  # an interrupt from the terminal is for us to handle
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        with suppress(BrokenPipeError):
            self._process.communicate()

    def follow(self, kind: str, part: bytes) -> None:
        with suppress(BrokenPipeError):  # it has ended: the verdict says why
            self._input.write(f"{kind} {len(part)}\n".encode() + part)

    def verdict(self) -> Verdict:
        answer, _ = self._process.communicate()
        if not answer:
            raise Refusal("check_ended", status=self._process.returncode)
        found = json.loads(answer)
        if "code" in found:
            raise FormatError(found["code"], **found["params"])
        return Verdict(bytes.fromhex(found["sha256"]), bytes.fromhex(found["values"]))

    @property
    def _input(self) -> BinaryIO:
        assert self._process.stdin is not None
        return self._process.stdin  # type: ignore[return-value]


def main(version: str, source: BinaryIO) -> dict[str, object]:
    """The verdict over a message in parts, or the error that was found."""
    try:
        check = Check(version)
        while line := source.readline():
            kind, size_bytes = line.split()
            check.follow(kind.decode(), source.read(int(size_bytes)))
        verdict = check.verdict()
    except FormatError as error:
        return {"code": error.code, "params": error.params}
    return {"sha256": verdict.sha256.hex(), "values": verdict.values.hex()}


if __name__ == "__main__":
    bugs.hide_words()
    print(json.dumps(main(sys.argv[1], sys.stdin.buffer)))
