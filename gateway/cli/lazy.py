"""Groups whose commands are imported when they run, and help that speaks the chosen language.

Help is kept as it stands in the sources and translated when it is shown; nothing is changed in place.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from importlib import import_module
from typing import Any

import click

from gateway.cli.words import N_, _

SAID_BY_CLICK = (
    *(N_("[OPTIONS]"), N_("COMMAND [ARGS]..."), N_("TEXT"), N_("INTEGER"), N_("INTEGER RANGE"), N_("PATH"), N_("FILE")),
    *(N_("DIRECTORY"), N_("[DIR]"), N_("ID"), N_("ID..."), N_("CODE"), N_("NAME"), N_("[PATH]"), N_("PATH...")),
    N_("required"),
)
"""What help shows of click and of its declarations without a mark for translation."""


class Command(click.Command):
    """A command whose help is translated when it is shown."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Errors name an argument as the usage line does."""
        try:
            return super().parse_args(ctx, args)
        except click.BadParameter as error:
            if isinstance(error.param, click.Argument):
                error.param_hint = f"'{_(error.param.get_error_hint(ctx).strip(chr(39)))}'"
            raise

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [_(piece) for piece in super().collect_usage_pieces(ctx)]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(_(self.help))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        options = [_translated(param) for param in self.get_params(ctx) if isinstance(param, click.Option)]
        records = [option.get_help_record(ctx) for option in options]
        with formatter.section(_("Options")):
            formatter.write_dl([record for record in records if record])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The example, kept as it is written."""
        if self.epilog:
            formatter.write_paragraph()
            formatter.write_text(_("Example:"))
            for line in self.epilog.splitlines():
                formatter.write(f"  {line}\n")

    def get_short_help_str(self, limit: int = 45) -> str:
        """The whole help, which is one line; it is wrapped, not cut."""
        return _(self.help)


class Group(Command, click.Group):
    """A group of translated commands."""

    command_class = Command

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)


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


def _translated(option: click.Option) -> click.Option:
    """The option as help shows it."""
    spoken = copy(option)
    spoken.help = _(option.help)
    if not isinstance(option.type, click.Choice):
        spoken.metavar = _(option.metavar or option.type.name.upper())
    return spoken
