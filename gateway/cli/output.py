"""What a command says: one JSON document, or tables and words."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import click

from gateway.cli.messages import explain
from gateway.cli.words import _


class Output:
    """Where and how this run speaks."""

    def __init__(self, as_json: bool, verbosity: int) -> None:
        self.as_json = as_json
        self.verbosity = verbosity

    def document(self, fields: Mapping[str, Any] | Sequence[Any]) -> None:
        """The one JSON document; nothing without ``--json``."""
        if self.as_json:
            import json

            click.echo(json.dumps(fields, ensure_ascii=False, indent=2))

    def say(self, line: str) -> None:
        """A line for people, on stdout; silent with ``--json`` and ``-q``."""
        if not self.as_json and self.verbosity >= 0:
            click.echo(printable(line))

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[Any]], numbers: Sequence[int] = ()) -> None:
        """A table for people; ``numbers`` are the columns to be set flush right."""
        if self.as_json or self.verbosity < 0 or not rows:
            return
        from rich.console import Console
        from rich.table import Table

        table = Table(box=None, header_style="bold", pad_edge=False)
        for index, heading in enumerate(headings):
            table.add_column(heading, justify="right" if index in numbers else "left", overflow="fold")
        for row in rows:
            table.add_row(*(printable(str(cell)) for cell in row))
        Console(file=sys.stdout, markup=False, highlight=False, width=_width()).print(table)

    def error(self, code: str, params: Mapping[str, Any]) -> None:
        """One line on stderr: what, where, what to do; the same as a document with ``--json``."""
        message = explain(code, params)
        click.echo(f"{_('Error')}: {printable(message)}{self._details(code, params)}", err=True)
        self.document({"error": {**params, "code": code, "message": message}})

    def note(self, code: str, params: Mapping[str, Any]) -> None:
        """A line on stderr about one item of many."""
        click.echo(printable(explain(code, params)) + self._details(code, params), err=True)

    def _details(self, code: str, params: Mapping[str, Any]) -> str:
        """With ``-v``: the stable code and every parameter, for whoever is asked for help."""
        if self.verbosity <= 0:
            return ""
        return f" [{code}{''.join(f' {key}={printable(str(value))}' for key, value in params.items())}]"

    @contextmanager
    def working(self, what: str) -> Iterator[None]:
        """A sign of life on stderr while something long runs, only on a terminal."""
        if self.verbosity < 0 or not sys.stderr.isatty():
            yield
            return
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            progress.add_task(what, total=None)
            yield


def printable(text: str) -> str:
    """Without control characters, so that no text of others can steer a terminal."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def _width() -> int | None:
    """Pipes get whole lines, terminals their own width."""
    return None if sys.stdout.isatty() else 200
