"""What every command is given: the home, the way of speaking, and the gateway, opened at first use."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec

import click

from gateway.cli.output import Output
from gateway.cli.words import _

if TYPE_CHECKING:
    from gateway.app import App

P = ParamSpec("P")


class Session:
    """One run of the command."""

    def __init__(self, home: Path, output: Output, key_folder: Path | None = None) -> None:
        self.home = home
        self.key_folder = key_folder
        self.output = output
        self.operator_passphrase: Path | None = None

    @cached_property
    def app(self) -> App:
        from gateway.app import App

        return App(self.home, ask_passphrase, self.operator_passphrase, self.key_folder)

    def at(self, home: Path) -> App:
        """Work on another home than the one of the global option."""
        self.home = home
        self.__dict__.pop("app", None)
        return self.app


def ask_passphrase(key: str) -> bytes:
    """From a person at a terminal; without one it is an error at once, naming the key."""
    from gateway.domain.errors import NotConfigured

    if not sys.stdin.isatty():
        raise NotConfigured("no_passphrase", key=key)
    answer: str = click.prompt(_("Passphrase of {key}").format(key=key), hide_input=True, err=True)
    return answer.encode()


def money(minor: int | None, currency: str | None) -> str:
    """An amount for people: ``1.234.567 VND``."""
    from formats.iso20022.codes import exponent
    from gateway.domain.money import grouped

    if minor is None:
        return ""
    return f"{grouped(int(minor), exponent(currency) if currency else 0)} {currency or ''}".strip()


def local(stored: str | None) -> str:
    """A stored time for people: local, to the minute."""
    from datetime import datetime

    from gateway.clock import ZONE

    return datetime.fromisoformat(stored).astimezone(ZONE).strftime("%d/%m/%Y %H:%M") if stored else ""


def pass_session(command: Callable[Concatenate[Session, P], int]) -> Callable[P, int]:
    """Give a command its session as the first argument."""
    return click.make_pass_decorator(Session)(command)


def acting_user() -> str:
    """Who runs this command, as the operating system knows the person; for the audit record."""
    import os
    import pwd

    try:
        return f"user:{pwd.getpwuid(os.getuid()).pw_name}"
    except KeyError:
        return f"user:{os.getuid()}"


def ask_new_passphrase(key: str) -> bytes:
    """Twice from a person at a terminal, so that a slip does not lose the key."""
    from gateway.domain.errors import NotConfigured

    if not sys.stdin.isatty():
        raise NotConfigured("no_passphrase", key=key)
    text = _("New passphrase of {key}").format(key=key)
    answer: str = click.prompt(text, hide_input=True, confirmation_prompt=True, err=True)
    return answer.encode()
