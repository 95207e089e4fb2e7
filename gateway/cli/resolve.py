"""``file resolve`` and ``file mark-delivered``: what two people say of a file that we cannot judge ourselves."""

from __future__ import annotations

from pathlib import Path

import click

from gateway.cli.lazy import Command
from gateway.cli.options import ACTING_PASSPHRASE_FILE, EVIDENCE, OPERATOR, REASON_TOLD
from gateway.cli.session import Session, pass_session
from gateway.cli.words import N_


@click.command(
    "resolve",
    cls=Command,
    help=N_("Propose a verdict on a file whose delivery is unknown; a second person confirms."),
    epilog='chitra file resolve ID --verdict delivered --evidence letter.pdf --operator checker --reason "bank wrote"',
)
@click.argument("file_id", metavar="ID")
@click.option(
    "--verdict",
    type=click.Choice(["delivered", "absent"]),
    required=True,
    help=N_("The partner has it; or has not processed it, has blocked it, and no statement shows it."),
)
@EVIDENCE
@REASON_TOLD
@OPERATOR
@ACTING_PASSPHRASE_FILE
@pass_session
def resolve_file(
    session: Session,
    file_id: str,
    verdict: str,
    evidence: Path,
    reason: str,
    operator: str,
    passphrase_file: Path | None,
) -> int:
    from gateway.cli.decision import propose_about_file

    session.operator_passphrase = passphrase_file
    return propose_about_file(session, "file resolve", file_id, reason, evidence, operator, {"verdict": verdict})


@click.command(
    "mark-delivered",
    cls=Command,
    help=N_("Propose that a file counts as sent, since somebody uploaded it by hand; a second person confirms."),
    epilog='chitra file mark-delivered ID --evidence receipt.pdf --operator checker --reason "portal upload"',
)
@click.argument("file_id", metavar="ID")
@EVIDENCE
@REASON_TOLD
@OPERATOR
@ACTING_PASSPHRASE_FILE
@pass_session
def mark_delivered(
    session: Session, file_id: str, evidence: Path, reason: str, operator: str, passphrase_file: Path | None
) -> int:
    from gateway.cli.decision import propose_about_file

    session.operator_passphrase = passphrase_file
    return propose_about_file(session, "file mark-delivered", file_id, reason, evidence, operator, {})
