"""Help of every command."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from support.inprocess import chitra

from gateway.cli.main import cli

GROUPS = (
    "file",
    "payment",
    "statement",
    "exception",
    "report",
    "partner",
    "key",
    "operator",
    "sandbox",
    "schemas",
    "db",
)


def leaves(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if not isinstance(command, click.Group):
        yield path, command
        return
    with click.Context(command) as context:
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            yield from leaves(child, (*path, name))


LEAVES = list(leaves(cli, ()))


@pytest.mark.parametrize(("path", "command"), LEAVES, ids=[" ".join(path) for path, _ in LEAVES])
def test_help_ends_with_an_example_that_runs_this_command(path: tuple[str, ...], command: click.Command) -> None:
    answer = chitra(*path, "--help")
    last = answer.out.rstrip().splitlines()[-1].strip()
    assert answer.code == 0
    assert last.startswith("chitra ")
    assert " ".join(path) in last
    assert last.endswith(str(command.epilog).splitlines()[-1])


def test_every_option_of_every_command_says_what_it_is_for() -> None:
    silent = [
        f"{' '.join(path)} {param.name}"
        for path, command in LEAVES
        for param in command.params
        if isinstance(param, click.Option) and not param.help
    ]
    assert silent == []


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_without_a_command_shows_its_help(group: str) -> None:
    answer = chitra(group)
    assert "Commands" in answer.out + answer.err
    assert answer.code in (0, 2)
