"""``key letter``: the page by which a partner comes to believe a key of ours, apart from the key itself."""

from __future__ import annotations

from pathlib import Path

import click

from gateway.cli.lazy import Command
from gateway.cli.session import Session, pass_session
from gateway.cli.words import N_, _


@click.command(
    "letter",
    cls=Command,
    help=N_("An A4 page (HTML) with the fingerprint of a key of ours, in both languages, to be signed by two people."),
    epilog="chitra key letter payments-2 --partner CODE -o letter.html",
)
@click.argument("name", metavar="NAME")
@click.option("--partner", metavar="CODE", required=True, help=N_("Whom it is for."))
@click.option(
    "-o", "--output", "path", required=True, metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
    help=N_("The file to write; never overwrites."),
)  # fmt: skip
@pass_session
def letter(session: Session, name: str, partner: str, path: Path) -> int:
    from gateway import lifecycle
    from gateway.cli.target import new_file
    from gateway.reports import key_letter

    about = lifecycle.letter(session.app, name, partner)
    with new_file(path) as target:
        target.write(key_letter.page(about).encode())
    session.output.say(_("Written: {path}").format(path=path))
    session.output.document({"path": str(path), "key": name, "partner": partner, "fingerprint": about.fingerprint})
    return 0
