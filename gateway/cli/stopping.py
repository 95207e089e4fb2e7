"""``stop`` and ``start``: one person stops what goes out, two people start it again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gateway.cli.lazy import Command
from gateway.cli.messages import phrase, why_stopped
from gateway.cli.options import ACTING_PASSPHRASE_FILE, OPERATOR, REASON_TOLD
from gateway.cli.session import Session, acting_user, local, pass_session
from gateway.cli.words import N_, _

if TYPE_CHECKING:
    from gateway.store.stops import Scope

C = TypeVar("C", bound=Callable[..., Any])


def scoped(command: C) -> C:
    """One of ``--partner``, ``--batch``, ``--programme``, ``--payer``; none of them means everything."""
    for name, metavar, help_ in (
        ("payer", "CODE", N_("Only what this payer pays.")),
        ("programme", "NAME", N_("Only this welfare programme.")),
        ("batch", "ID", N_("Only this batch.")),
        ("partner", "CODE", N_("Only to this partner.")),
    ):
        command = click.option(f"--{name}", metavar=metavar, help=help_)(command)
    return command


@click.command(
    "stop",
    cls=Command,
    help=N_("Emergency stop: nothing more is released, in every worker, at once. One person is enough."),
    epilog='chitra stop --partner CODE --reason "bank reports doubled credits"',
)
@scoped
@REASON_TOLD
@click.option("--operator", metavar="NAME", help=N_("Who stops; without it the user of this machine."))
@pass_session
def stop(session: Session, /, reason: str, operator: str | None, **named: str | None) -> int:
    from gateway.usecases.stopping import stop as stop_

    actor = f"{operator} ({acting_user()})" if operator else acting_user()
    stop_(session.app.context, _scope(named), reason, actor)
    session.output.say(_("Stopped. Collecting goes on."))
    return _show(session)


@click.command(
    "start",
    cls=Command,
    help=N_("Propose to lift a stop, also one of the system's own; a second person confirms."),
    epilog='chitra start --partner CODE --operator checker --reason "bank has answered"',
)
@scoped
@REASON_TOLD
@OPERATOR
@ACTING_PASSPHRASE_FILE
@pass_session
def start(session: Session, /, reason: str, operator: str, passphrase_file: Path | None, **named: str | None) -> int:
    from gateway.cli.decision import propose
    from gateway.usecases.decide import Proposal
    from gateway.usecases.stopping import named as subject

    session.operator_passphrase = passphrase_file
    return propose(session, "start", Proposal(subject(_scope(named)), reason), operator)


def _scope(named: dict[str, str | None]) -> Scope:
    """The one scope that was named; raises a usage error for two."""
    from gateway.domain.identifiers import programme
    from gateway.store.stops import EVERYTHING, Scope

    given = [(kind, subject) for kind, subject in named.items() if subject]
    if len(given) > 1:
        raise click.UsageError(_("Name only one of --partner, --batch, --programme and --payer."))
    if not given:
        return EVERYTHING
    kind, subject = given[0]
    return Scope(kind, (programme(subject) or subject) if kind == "programme" else subject)


def _show(session: Session) -> int:
    """Every stop that stands."""
    from gateway.store import stops

    with session.app.store.read() as tx:
        rows = stops.active(tx)
    session.output.table(
        [_("What"), _("Which"), _("Why"), _("Reason"), _("By"), _("Since")],
        [
            [
                phrase(r.scope),
                r.subject,
                _why(r),
                r.reason,
                r.actor,
                local(r.stopped_at),
            ]
            for r in rows
        ],
    )
    session.output.document(
        {
            "stops": [
                {
                    "scope": r.scope,
                    "subject": r.subject,
                    "code": r.code,
                    "reason": r.reason,
                    "by": r.actor,
                    "since": r.stopped_at,
                }
                for r in rows
            ]
        }
    )
    return 0


def _why(row: Any) -> str:
    return why_stopped(row.code, {"partner": row.subject, "file": row.reason})
