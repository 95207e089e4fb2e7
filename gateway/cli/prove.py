"""``payment prove`` and ``prove check``: a proof of one payment, and its check where there is no home."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli.lazy import Command, Group
from gateway.cli.messages import state_word
from gateway.cli.options import REASON_TOLD, permit
from gateway.cli.session import Session, local, money, pass_session
from gateway.cli.words import N_, _

if TYPE_CHECKING:
    from gateway.proving import Checked


_NOT_SHOWN = {
    "openpgp": N_(
        "{file}: the partner signed it inside an OpenPGP message, by key {key_id}; that cannot be shown without other"
        " people's data. Whoever holds the file with SHA-256 {sha256} can check it: gpg --decrypt FILE"
    ),
    "channel": N_("{file}: the partner signs nothing; it can compare SHA-256 {sha256} with its own copy."),
    "sealed": N_(
        "{file} travelled inside an OpenPGP message with SHA-256 {sha256}. Whoever can open that finds the signed file"
        " in it: gpg --decrypt FILE"
    ),
}


@click.group(cls=Group, help=N_("Check the proof of a payment, also a stranger's."))
def prove() -> None:
    pass


@click.command(
    "prove",
    cls=Command,
    help=N_("Write everything that proves what became of one payment; holds its personal data in full, is recorded."),
    epilog='chitra payment prove E2E -o E2E.proof --reason "asked by the payee"',
)
@click.argument("end_to_end_id", metavar="E2E")
@click.option(
    "-o", "--output", "path", required=True, metavar="BUNDLE", type=click.Path(dir_okay=False, path_type=Path),
    help=N_("The file to write; never overwrites."),
)  # fmt: skip
@REASON_TOLD
@pass_session
def prove_payment(session: Session, end_to_end_id: str, path: Path, reason: str) -> int:
    from gateway import proving
    from gateway.cli.target import new_file

    with new_file(path) as target:
        bundle = proving.prove(session.app, end_to_end_id)
        permit(session, True, reason, end_to_end_id)
        target.write(bundle)
    session.output.say(_("Written: {path}").format(path=path))
    session.output.document({"payment": end_to_end_id, "path": str(path), "size_bytes": len(bundle)})
    return 0


@prove.command(
    "check",
    help=N_("Check every signature and hash in a proof. Needs no home; compare the keys with those you know."),
    epilog="chitra prove check E2E.proof",
)
@click.argument("path", metavar="BUNDLE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_session
def check(session: Session, path: Path) -> int:
    from gateway import proving
    from gateway.domain.errors import BadProof

    with path.open("rb") as source:
        bundle = source.read(proving.SIZE_BYTES_MAX + 1)
    if len(bundle) > proving.SIZE_BYTES_MAX:
        raise BadProof("bundle_form")
    checked = proving.check(bundle)
    _say(session, checked)
    session.output.document(
        {
            "payment": dict(checked.payment),
            "made_at": checked.made_at,
            "approvals": [{"operator": operator, "key_id": key} for operator, key in checked.found.approvals],
            "roots": {"admins": checked.found.roots, "digest": checked.found.roots_digest},
            "files": [
                {
                    "file": signed.file,
                    "subject": signed.subject or None,
                    "fingerprint": signed.fingerprint or None,
                    "not_shown": signed.not_shown or None,
                }
                for signed in checked.found.files
            ],
            "anchor": {name: getattr(checked.anchor, name) for name in ("instance", "epoch", "sequence", "hash")},
            "sealed_by": {"subject": checked.sealed_by.subject, "fingerprint": checked.sealed_by.fingerprint},
        }
    )
    return 0


def _say(session: Session, checked: Checked) -> None:
    from gateway.usecases.audit_log import written

    output, payment, sealed_by = session.output, checked.payment, checked.sealed_by
    output.say(
        f"{payment['end_to_end_id']}  {money(payment['amount'], payment['currency'])}  {state_word(payment['state'])}"
    )
    output.say(_("Everything in the proof fits; made {at}.").format(at=local(checked.made_at)))
    output.table([_("Approved by"), _("Key")], checked.found.approvals)
    output.say(
        _("These people follow from the root admins {names}; digest, to be compared with the paper: {digest}").format(
            names=", ".join(checked.found.roots), digest=written(checked.found.roots_digest)
        )
    )
    files = checked.found.files
    rows = [(signed.file, signed.subject, signed.fingerprint) for signed in files]
    rows.append((_("the proof itself"), sealed_by.subject, sealed_by.fingerprint))
    output.table([_("File"), _("Signed by"), _("Fingerprint of the certificate")], rows)
    for signed in files:
        if signed.not_shown:
            output.say(_(_NOT_SHOWN[signed.not_shown]).format_map(asdict(signed)))
    output.say(
        _("It holds link {sequence} of our record of acts; compare it: chitra audit verify --anchor BUNDLE").format(
            sequence=checked.anchor.sequence
        )
    )
    output.say(_("It proves as much as these keys do: compare them with those that you were given."))
