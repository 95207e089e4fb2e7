"""``chitra``: global options, the list of commands, and the one place where errors become exit codes."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import Any

import click

from gateway.cli import words
from gateway.cli.lazy import LazyGroup
from gateway.cli.output import Output
from gateway.cli.session import Session
from gateway.cli.words import N_, _

COMMANDS = {
    "init": ("gateway.cli.home:init", N_("Make a new home: configuration, database, keys.")),
    "demo": ("gateway.cli.demo:demo", N_("Play a whole month with rehearsal partners.")),
    "roster": ("gateway.cli.roster:roster", N_("Who is entitled to what: lists of communes, compared and cleaned.")),
    "population": (
        "gateway.cli.population:population",
        N_("Ask the population registry about everybody in the roster, and take its answers."),
    ),
    "account": ("gateway.cli.account:account", N_("Accounts of people: collected from lists, beside the roster.")),
    "batch": ("gateway.cli.batch:batch", N_("Payment lists: import, show, submit, approve.")),
    "send": ("gateway.cli.exchange:send", N_("Make and send the files that are due.")),
    "poll": ("gateway.cli.exchange:poll", N_("Fetch what partners answered and reconcile it.")),
    "daemon": ("gateway.cli.exchange:daemon", N_("Send and poll for ever.")),
    "stop": ("gateway.cli.stopping:stop", N_("Emergency stop: nothing more goes out.")),
    "start": ("gateway.cli.stopping:start", N_("Lift a stop, by two people.")),
    "resume": ("gateway.cli.resume:resume", N_("Leave safe mode, by two people.")),
    "decision": ("gateway.cli.decision:decision", N_("Acts that need two people.")),
    "file": ("gateway.cli.file:file", N_("Files sent and received.")),
    "payment": ("gateway.cli.payment:payment", N_("Single payments and their history.")),
    "funding": ("gateway.cli.funding:funding", N_("Money that came to our accounts, by the word of two people.")),
    "rate": (
        "gateway.cli.rate:rate",
        N_("What programmes pay: levels, coefficients and local amounts, by two people."),
    ),
    "statement": ("gateway.cli.statement:statement", N_("Account statements.")),
    "exception": ("gateway.cli.exception:exception", N_("What needs a person.")),
    "report": ("gateway.cli.report:report", N_("Sums and lists.")),
    "partner": ("gateway.cli.partner:partner", N_("Banks and wallets we exchange files with.")),
    "key": ("gateway.cli.key:key", N_("Our keys and certificates.")),
    "operator": ("gateway.cli.operator:operator", N_("People and their roles.")),
    "prove": ("gateway.cli.prove:prove", N_("Check the proof of a payment, also a stranger's.")),
    "sandbox": ("gateway.cli.sandbox:sandbox", N_("Rehearsal partners.")),
    "schemas": ("gateway.cli.schemas:schemas", N_("Official ISO 20022 schemas.")),
    "audit": ("gateway.cli.audit:audit", N_("The record of every act, and whether it is whole.")),
    "db": ("gateway.cli.db:db", N_("The database.")),
    "doctor": ("gateway.cli.doctor:doctor", N_("Check that everything is right.")),
}


_OBJECTS_BEFORE_COLLECTING = 50_000
"""Looking for garbage after every 700 new objects takes a tenth of a short command: it only loads modules."""


@click.group(
    cls=LazyGroup,
    commands_at=COMMANDS,
    help=N_("Welfare payouts as signed ISO 20022 files to banks and wallets; every payment reconciled."),
    epilog="chitra demo ./demo --payments 1000",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--home", type=click.Path(path_type=Path), envvar="CHITRA_HOME", default=".", help=N_("Home folder of the gateway.")
)
@click.option(
    "--key-dir",
    "key_folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help=N_("Folder of the acting person's own key, instead of the keyring."),
)
@click.option("--json", "as_json", is_flag=True, help=N_("Exactly one JSON document on stdout."))
@click.option("--lang", type=click.Choice(words.LANGUAGES), help=N_("Language of messages."))
@click.option("-q", "--quiet", is_flag=True, help=N_("Say only errors."))
@click.option("-v", "--verbose", is_flag=True, help=N_("Name the code and the details of every error."))
@click.pass_context
def cli(
    ctx: click.Context,
    home: Path,
    key_folder: Path | None,
    as_json: bool,
    lang: str | None,
    quiet: bool,
    verbose: bool,
) -> None:
    if lang:
        words.use(lang)
    ctx.obj = Session(home, Output(as_json, verbose - quiet), key_folder)


def main() -> None:
    """Run one command and exit; a known error is one line, a bug is a traceback without words."""
    from gateway.domain.bugs import hide_words

    hide_words()
    gc.set_threshold(_OBJECTS_BEFORE_COLLECTING)
    os.umask(0o077)  # whatever a command writes is for its user alone
    arguments = sys.argv[1:]
    words.use(_language(arguments))
    sys.exit(run(arguments))


def run(arguments: list[str]) -> int:
    """The exit code of one command line."""
    try:
        result: Any = cli.main(arguments, prog_name="chitra", standalone_mode=False)
        return int(result or 0)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        click.echo(_("Stopped."), err=True)
        return 1
    except click.ClickException as usage:
        usage.show()
        Output("--json" in arguments, 0).document({"error": {"code": "usage", "message": usage.format_message()}})
        return usage.exit_code
    except Exception as error:  # the boundary: known errors become one line, everything else stays a traceback
        verbose = not {"-v", "--verbose"}.isdisjoint(arguments)
        return _known(error, Output("--json" in arguments, int(verbose)))


def _known(error: Exception, output: Output) -> int:
    from formats.errors import FormatError
    from gateway.domain.errors import ChitraError
    from keys.errors import KeysError

    if not isinstance(error, ChitraError | FormatError | KeysError):
        raise error
    output.error(error.code, error.params)
    return error.exit_code if isinstance(error, ChitraError) else 1


def _language(arguments: list[str]) -> str:
    """``--lang`` before anything else, since help is shown while options are still being read."""
    for index, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            wanted = argument.removeprefix("--lang=")
        elif argument == "--lang" and index + 1 < len(arguments):
            wanted = arguments[index + 1]
        else:
            continue
        return wanted if wanted in words.LANGUAGES else words.default()
    return words.default()
