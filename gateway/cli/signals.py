"""``batch signals`` and ``batch acknowledge``: what may be a sign of fraud, looked at before a batch is approved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.messages.signals import compared, signal_name
from gateway.cli.options import ACTING_PASSPHRASE_FILE, OPERATOR, REASON_TOLD, permit, unmasking
from gateway.cli.session import Session, money, pass_session
from gateway.cli.words import N_, _
from gateway.domain.errors import Refusal
from gateway.domain.signals import Signal, SignalKind

if TYPE_CHECKING:
    from gateway.reports.persons import Person
    from gateway.usecases.signals import Found

_SHOWN_MAX = 50


@click.command(
    "signals",
    help=N_("What may be a sign of fraud in a batch: the lines, what they were compared with, then how many."),
    epilog="chitra batch signals ID",
)
@click.argument("batch_id", metavar="ID")
@unmasking
@pass_session
def signals(session: Session, batch_id: str, unmask: bool, reason: str | None) -> int:
    found, who, sums, names = _looked(session, batch_id, permit(session, unmask, reason, batch_id))
    _say(session, found, who, sums, names)
    lines = [_document(each, person) for each, person in zip(found, who, strict=True)]
    counts = [
        {"signal": kind, "lines": each.lines, "sha256": each.digest.hex(), "acknowledged_by": names[kind]}
        for kind, each in sums.items()
    ]
    session.output.document({"batch": batch_id, "lines": lines, "signals": counts})
    return 3 if found else 0


def _looked(
    session: Session, batch_id: str, unmasked: bool
) -> tuple[list[Signal], list[Person], dict[SignalKind, Found], dict[SignalKind, list[str]]]:
    """The signals, whom they are about, their sums, and who has acknowledged them as they are now."""
    from gateway.reports.persons import person
    from gateway.store import batches
    from gateway.store.signals import acknowledged
    from gateway.usecases.signals import look, summed

    app = session.app
    with session.output.working(_("Looking for signals")), app.store.read() as tx:
        batch = batches.find(tx, batch_id)
        found = list(look(app.context, tx, batch))
        opened = (person(tx.vault, each.payment_id, each.personal) for each in found)
        who = [each if unmasked else each.masked() for each in opened]
        sums, made = summed(found), acknowledged(tx, batch)
    names = {
        kind: [a.operator for a in made if (a.signal, bytes(a.signals_sha256)) == (kind, each.digest)]
        for kind, each in sums.items()
    }
    return found, who, sums, names


def _say(
    session: Session,
    found: list[Signal],
    who: list[Person],
    sums: dict[SignalKind, Found],
    names: dict[SignalKind, list[str]],
) -> None:
    output = session.output
    if not found:
        output.say(_("No signals."))
        return
    output.table(
        [_("Signal"), _("Row"), _("Payment"), _("Beneficiary id"), _("Beneficiary"), _("Account"), _("Amount"),
         _("Compared with")],
        [
            [signal_name(each.kind), each.line, each.end_to_end_id, person.beneficiary_id, person.beneficiary_name,
             person.account, money(each.amount, each.currency), compared(each)]
            for each, person in zip(found[:_SHOWN_MAX], who, strict=False)
        ],
        numbers=[1, 6],
    )  # fmt: skip
    if len(found) > _SHOWN_MAX:
        output.say(_("... and {count} more; --json lists all.").format(count=len(found) - _SHOWN_MAX))
    output.table(
        [_("Signal"), "--signal", _("Lines"), _("Acknowledged by")],
        [[signal_name(kind), kind, each.lines, ", ".join(names[kind]) or "-"] for kind, each in sums.items()],
        numbers=[2],
    )


def _document(signal: Signal, who: Person) -> dict[str, Any]:
    return {
        "signal": signal.kind,
        "row": signal.line,
        "payment": signal.end_to_end_id,
        "payment_ref": signal.payment_ref,
        "beneficiary_id": who.beneficiary_id,
        "beneficiary_name": who.beneficiary_name,
        "account": who.account,
        "amount": signal.amount,
        "currency": signal.currency,
        "other": signal.other,
        "detail": signal.detail,
        "figure": signal.figure,
        "against": signal.against,
        "message": compared(signal),
    }


@contextmanager
def showing_signals(session: Session, batch_id: str) -> Iterator[None]:
    """When an act is refused because of signals, they are shown first."""
    try:
        yield
    except Refusal as refused:
        if refused.code == "signals_unacknowledged":
            _say(session, *_looked(session, batch_id, unmasked=False))
        raise


@click.command(
    "acknowledge",
    help=N_("Say by name that a batch is to be paid although it has a signal; each who signs the batch says so."),
    epilog="chitra batch acknowledge ID --signal person_new --reason seen --operator hoa",
)
@click.argument("batch_id", metavar="ID")
@click.option(
    "--signal",
    "kinds",
    multiple=True,
    required=True,
    type=click.Choice([str(kind) for kind in SignalKind]),
    help=N_("Which signal, as batch signals names it; may be repeated."),
)
@REASON_TOLD
@OPERATOR
@ACTING_PASSPHRASE_FILE
@pass_session
def acknowledge_signals(
    session: Session, batch_id: str, kinds: tuple[str, ...], reason: str, operator: str, passphrase_file: Path | None
) -> int:
    from gateway.usecases.signals import acknowledge

    session.operator_passphrase = passphrase_file
    app = session.app
    found = acknowledge(
        app.context, batch_id, [SignalKind(kind) for kind in kinds], reason, operator, app.operator_key(operator)
    )
    for kind, each in found.items():
        text = _("{operator} has acknowledged {count} lines of {batch}: {signal}.")
        session.output.say(text.format(operator=operator, count=each.lines, batch=batch_id, signal=signal_name(kind)))
    told = [{"signal": kind, "lines": each.lines, "sha256": each.digest.hex()} for kind, each in found.items()]
    session.output.document({"batch": batch_id, "operator": operator, "acknowledged": told})
    return 0
