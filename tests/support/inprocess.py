"""Commands run inside the test's process: as quick as a function, with the exit codes of the real one."""

from __future__ import annotations

import io
import json
import os
import signal
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from gateway.cli.main import run


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str

    @cached_property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)

    def done(self) -> Any:
        assert self.code == 0, f"exit {self.code}: {self.err or self.out}"
        return self.document


@dataclass(frozen=True)
class Gateway:
    """One home and its commands."""

    home: Path

    def json(self, *arguments: str | Path) -> Answer:
        return chitra("--home", self.home, "--json", *arguments)

    def words(self, *arguments: str | Path) -> Answer:
        return chitra("--home", self.home, *arguments)

    def configure(self, old: str, new: str) -> None:
        path = self.home / "chitra.toml"
        text = path.read_text()
        assert old in text, old
        path.write_text(text.replace(old, new))


def chitra(*arguments: str | Path) -> Answer:
    """One command line in English, without a terminal."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(["--lang", "en", *map(str, arguments)])
    return Answer(code, out.getvalue(), err.getvalue())


class StopsAt(io.StringIO):
    """Sends this process a signal as soon as a word is written."""

    def __init__(self, word: str, number: signal.Signals = signal.SIGTERM) -> None:
        super().__init__()
        self._word, self._number = word, number

    def write(self, text: str) -> int:
        if self._word in text:
            os.kill(os.getpid(), self._number)
        return super().write(text)
