"""``resume``: leave safe mode, after everything at every partner was looked at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli.decision import propose
from gateway.cli.lazy import Command
from gateway.cli.messages import explain, state_word
from gateway.cli.options import ACTING_PASSPHRASE_FILE, OPERATOR, REASON_TOLD
from gateway.cli.session import Session, pass_session
from gateway.cli.words import N_, _

if TYPE_CHECKING:
    from gateway.usecases.resume import Survey


@click.command(
    "resume",
    cls=Command,
    help=N_("Propose to leave safe mode: look at every partner, take over files of ours; a second person confirms."),
    epilog='chitra resume --operator checker --reason "restored the backup of yesterday"',
)
@REASON_TOLD
@OPERATOR
@ACTING_PASSPHRASE_FILE
@pass_session
def resume(session: Session, reason: str, operator: str, passphrase_file: Path | None) -> int:
    from gateway.domain.errors import Refusal
    from gateway.usecases.decide import Proposal
    from gateway.usecases.poll import poll
    from gateway.usecases.resume import survey

    context = session.app.context
    session.operator_passphrase = passphrase_file
    with session.output.working(_("Looking at every partner")):
        polled = poll(context)
        found = survey(context)
    _say(session, found)
    unasked = [*polled.errors, *((code, error) for code, error in found.errors if error.exit_code != 5)]
    if unasked:
        partner, error = unasked[0]
        raise Refusal("resume_needs_every_partner", partner=partner, cause=explain(error.code, error.params))
    proposal = Proposal("all", reason, {"accepted": " ".join(found.accepted)})
    return propose(session, "resume", proposal, operator)


def _say(session: Session, found: Survey) -> None:
    """Every open file, where it lies, and what was taken over or could not be."""
    output = session.output
    output.table(
        [_("Partner"), _("File"), _("Name"), _("State"), _("Lies in")],
        [
            [seen.partner, seen.file, seen.name, state_word(seen.state), seen.folder or _("nowhere that we see")]
            for seen in found.seen
        ],
    )
    for message_id in found.adopted:
        output.say(_("{file} was not known here; it is taken over as sent.").format(file=message_id))
    for partner, error in found.errors:
        output.note("partner_failed", {"partner": partner, "reason": explain(error.code, error.params)})
