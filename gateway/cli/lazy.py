"""Groups whose commands are imported when they run, and help that speaks the chosen language."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from gateway.cli.words import _


class Command(click.Command):
    """A command whose help is translated when it is shown."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _translated(self)
        super().format_help_text(ctx, formatter)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        return [_translated_option(param) for param in super().get_params(ctx)]

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The example, kept as it is written."""
        if self.epilog:
            formatter.write_paragraph()
            formatter.write_text(_("Example:"))
            with formatter.indentation():
                for line in self.epilog.splitlines():
                    formatter.write_text(line)

    def get_short_help_str(self, limit: int = 45) -> str:
        _translated(self)
        return super().get_short_help_str(limit=120)


class Group(Command, click.Group):
    """A group of translated commands."""

    command_class = Command


class LazyGroup(Group):
    """A group that knows its commands as ``name -> (module:attribute, one line of help)``."""

    def __init__(self, *args: Any, commands_at: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._commands_at = commands_at

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._commands_at)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._commands_at:
            return None
        module, attribute = self._commands_at[cmd_name][0].split(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands without importing any of them."""
        with formatter.section(_("Commands")):
            formatter.write_dl([(name, _(help_)) for name, (_path, help_) in self._commands_at.items()])


def _translated(command: click.Command) -> None:
    if command.help:
        command.help = _(command.help)


def _translated_option(param: click.Parameter) -> click.Parameter:
    if isinstance(param, click.Option) and param.help:
        param.help = _(param.help)
    return param
