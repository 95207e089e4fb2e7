"""``key import``: a partner's certificate or server key, believed when two people typed its fingerprint from paper."""

from __future__ import annotations

from pathlib import Path

import click

from gateway.cli.lazy import Command
from gateway.cli.options import ACTING_PASSPHRASE_FILE, OPERATOR, REASON_TOLD, plain_name
from gateway.cli.session import Session, pass_session
from gateway.cli.words import N_


@click.command(
    "import",
    cls=Command,
    help=N_("Propose to believe a partner's certificate or server key; a second person confirms, typing it again."),
    epilog='chitra key import bank.pem --partner CODE --purpose answers --fingerprint "ab12 cd34 ..."'
    ' --operator checker --reason "ceremony of 2026-11-30"',
)
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--partner", required=True, metavar="CODE", help=N_("Whose it is."))
@click.option(
    "--purpose",
    type=click.Choice(["answers", "server", "openpgp"]),
    required=True,
    help=N_(
        "answers: the certificate (PEM) that signs them; server: the SSH host key (ssh-ed25519 AAAA...); openpgp: the"
        " certificate of .pgp files (ASCII armour)."
    ),
)
@click.option(
    "--fingerprint",
    required=True,
    metavar="TEXT",
    help=N_("SHA-256 (OpenPGP: 40 digits), typed from the partner's paper; spaces are free."),
)
@REASON_TOLD
@OPERATOR
@ACTING_PASSPHRASE_FILE
@pass_session
def import_key(
    session: Session,
    path: Path,
    partner: str,
    purpose: str,
    fingerprint: str,
    reason: str,
    operator: str,
    passphrase_file: Path | None,
) -> int:
    from gateway.cli.decision import propose
    from gateway.domain.errors import Refusal
    from gateway.domain.key_life import plain_fingerprint
    from gateway.usecases.decide import Proposal

    session.operator_passphrase = passphrase_file
    plain = plain_fingerprint(fingerprint)
    if plain is None:
        raise Refusal("fingerprint_unreadable")
    with path.open("rb") as document:
        params = {"fingerprint": plain, "purpose": purpose}
        return propose(session, "key import", Proposal(partner, reason, params, plain_name(path), document), operator)
