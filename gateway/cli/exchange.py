"""``send``, ``poll``, ``daemon``: the exchange with partners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from gateway.cli import received
from gateway.cli.lazy import Command
from gateway.cli.messages import explain, state_word
from gateway.cli.session import Session, pass_session
from gateway.cli.words import N_, _

if TYPE_CHECKING:
    from gateway.usecases.deliver import Delivery


@click.command(cls=Command, help=N_("Allocate, seal and deliver everything that is due."), epilog="chitra send")
@click.option("--batch", metavar="ID", help=N_("Only this batch."))
@click.option("--partner", metavar="CODE", help=N_("Only to this partner."))
@pass_session
def send(session: Session, batch: str | None, partner: str | None) -> int:
    from gateway.usecases import gravity
    from gateway.usecases.send import read_first
    from gateway.usecases.send import send as send_all

    with session.output.working(_("Sending")):
        first = read_first(session.app.context)
        sent = send_all(session.app.context, batch, partner)
    output = session.output
    received.say(session, first)
    output.table(
        [_("File"), _("Partner"), _("Name"), _("State"), _("Remark")],
        [[d.file, d.partner, d.name, state_word(d.state), received.remark(d.error)] for d in sent.deliveries],
    )
    if not sent.deliveries and not sent.errors:
        output.say(_("Nothing is due."))
    for error in sent.errors:
        output.note(error.code, error.params)
    output.document(
        {
            "files": [_delivery(delivery) for delivery in sent.deliveries],
            "errors": [received.error_document(e) for e in sent.errors],
            "received": [received.document(session, each) for each in first],
        }
    )
    return gravity.gravest([gravity.of_sent(sent), *map(gravity.of_received, first)])


@click.command(cls=Command, help=N_("Fetch what every partner has for us and reconcile it."), epilog="chitra poll")
@click.option("--partner", metavar="CODE", help=N_("Only from this partner."))
@pass_session
def poll(session: Session, partner: str | None) -> int:
    from gateway.usecases import gravity
    from gateway.usecases.poll import poll as poll_all

    with session.output.working(_("Fetching")):
        polled = poll_all(session.app.context, partner)
    output = session.output
    received.say(session, polled.received)
    if not polled.received:
        output.say(_("Nothing new."))
    for code, error in polled.errors:
        output.note("partner_failed", {"partner": code, "reason": explain(error.code, error.params)})
    for batch in polled.closed:
        output.say(_("Batch {batch} is closed.").format(batch=batch))
    output.document(
        {
            "files": [received.document(session, each) for each in polled.received],
            "errors": [{"partner": code, **received.error_document(error)} for code, error in polled.errors],
            "closed": polled.closed,
        }
    )
    return gravity.of_polled(polled)


@click.command(
    cls=Command,
    help=N_("Send and poll, every partner by itself, until it is told to stop (SIGTERM, Ctrl-C)."),
    epilog="chitra daemon --once",
)
@click.option("--once", is_flag=True, help=N_("One round only."))
@pass_session
def daemon(session: Session, once: bool) -> int:
    from gateway.daemon import run

    code = run(session.app, once)
    session.output.document({"once": once, "exit_code": code})
    return code


def _delivery(delivery: Delivery) -> dict[str, Any]:
    fields = {
        "file": delivery.file,
        "partner": delivery.partner,
        "name": delivery.name,
        "payments": delivery.payments,
        "amount": delivery.amount,
        "currency": delivery.currency,
        "sha256": delivery.sha256,
        "state": delivery.state,
    }
    return fields | ({"error": received.error_document(delivery.error)} if delivery.error else {})
