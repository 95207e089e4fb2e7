"""``partner``: banks and wallets we exchange files with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.lazy import Group
from gateway.cli.messages import explain, phrase, why_stopped
from gateway.cli.session import Session, pass_session
from gateway.cli.words import N_, _
from gateway.domain.errors import ChitraError

if TYPE_CHECKING:
    from gateway.ports import Transport
    from gateway.usecases.context import Partner


@click.group(cls=Group, help=N_("Banks and wallets we exchange files with."))
def partner() -> None:
    pass


@partner.command("list", help=N_("Every configured partner."), epilog="chitra partner list")
@pass_session
def list_(session: Session) -> int:
    frozen = _frozen(session)
    partners = [_summary(session, each, frozen) for each in session.app.context.partners.values()]
    session.output.table(
        [_("Partner"), _("Name"), _("Kind"), _("Server"), _("Declaration"), _("Frozen")],
        [
            [
                p["partner"],
                p["name"],
                phrase(p["kind"]),
                p["server"],
                phrase(p["status"]),
                why_stopped(p["frozen"], {}) if p["frozen"] else "",
            ]
            for p in partners
        ],
    )
    session.output.document({"partners": partners})
    return 0


@partner.command("show", help=N_("One partner: folders, proofs, limits, times."), epilog="chitra partner show CODE")
@click.argument("code", metavar="CODE")
@pass_session
def show(session: Session, code: str) -> int:
    found = session.app.context.partner(code)
    document = _summary(session, found, _frozen(session)) | _details(session, found)
    output = session.output
    output.say(f"{document['partner']}  {document['name']}  {document['server']}")
    output.say(phrase(document["status"]))
    output.table(
        [_("Setting"), _("Value")],
        [[name, value] for name, value in document.items() if not isinstance(value, list | dict)],
    )
    output.table(
        [_("Setting"), _("Value")],
        [[f"outbox.{name}", _listed(value)] for name, value in document["outbox"].items()],
    )
    output.table(
        [_("Message"), _("Folder"), _("Archive"), _("Pattern"), _("Proof")],
        [[i["message"], i["folder"], i["archive"], i["pattern"], phrase(i["proof"])] for i in document["inboxes"]],
    )
    output.document(document)
    return 0


def _listed(value: object) -> str:
    """A value for people; nothing is a dash."""
    return ", ".join(value) if isinstance(value, list) else str(value or "-")


@partner.command(
    "test",
    help=N_("Connect, prove the server and log in, list every folder; sends and moves nothing."),
    epilog="chitra partner test CODE",
)
@click.argument("code", metavar="CODE")
@pass_session
def test(session: Session, code: str) -> int:
    from gateway.usecases import gravity

    found = session.app.context.partner(code)
    with session.output.working(_("Connecting")), found.connect() as transport:
        host_key = transport.host_key
        looked = [_look(transport, folder) for folder in _folders(found)]
    output = session.output
    output.say(_("Connected; host key {host_key}").format(host_key=host_key or "-"))
    output.table(
        [_("Folder"), _("Files"), _("Remark")],
        [[folder, files, explain(e.code, e.params) if e else ""] for folder, files, e in looked],
        numbers=[1],
    )
    folders = [
        {
            "folder": folder,
            "files": files,
            "error": {"code": e.code, "message": explain(e.code, e.params)} if e else None,
        }
        for folder, files, e in looked
    ]
    errors = [e for _folder, _files, e in looked if e]
    output.document({"partner": code, "host_key": host_key, "ok": not errors, "folders": folders})
    return gravity.gravest([error.exit_code for error in errors])


def _folders(found: Partner) -> Iterator[str]:
    outbox = found.profile.outbox
    if outbox.delivery != "dropbox":  # a drop box lets nobody look
        yield outbox.folder
    yield from outbox.archives
    for inbox in found.profile.inboxes:
        yield from (inbox.folder, inbox.archive)


def _look(transport: Transport, folder: str) -> tuple[str, int, ChitraError | None]:
    """How many regular files a folder holds, or why it cannot be listed."""
    try:
        return folder, sum(1 for each in transport.listing(folder) if each.is_regular), None
    except ChitraError as error:
        return folder, 0, error


def _frozen(session: Session) -> dict[str, str]:
    from gateway.store import browse

    with session.app.store.read() as tx:
        return browse.frozen_partners(tx)


def _summary(session: Session, found: Partner, frozen: dict[str, str]) -> dict[str, Any]:
    section, profile = session.app.config.partners[found.code], found.profile
    return {
        "partner": found.code,
        "name": profile.name,
        "kind": profile.kind,
        "adapter": section.adapter,
        "server": f"{section.user}@{section.host}:{section.port}" if section.host else section.directory,
        "status": profile.status,
        "frozen": frozen.get(found.code),
    }


def _details(session: Session, found: Partner) -> dict[str, Any]:
    section, profile = session.app.config.partners[found.code], found.profile
    return {
        "source": profile.source,
        "bic": profile.bic,
        "napas_bin": profile.napas_bin,
        "currency": profile.currency,
        "cutoff": profile.cutoff.isoformat("minutes"),
        "statement_by": profile.statement_by.isoformat("minutes") if profile.statement_by else None,
        "acknowledgement_hours": profile.acknowledgement_hours,
        "person_hours": profile.person_hours,
        "return_window_days": profile.return_window_days,
        "book_of_record": profile.book_of_record,
        "signing_key": section.signing_key,
        "host_keys": list(section.host_keys),
        "trusted": list(section.trusted),
        "openpgp_key": section.openpgp_key,
        "openpgp_old_keys": list(section.openpgp_old_keys),
        "openpgp_trusted": list(section.openpgp_trusted),
        "outbox": _outbox(found),
        "inboxes": [_fields(inbox, *_INBOX) for inbox in profile.inboxes],
        "limits": _fields(profile.limits, "payments_per_file_max", "amount_per_file_max", "amount_per_payment_max"),
    }


_INBOX = (
    *("message", "folder", "archive", "pattern", "proof", "size_bytes_max"),
    *("ready", "stable_polls", "wait_minutes_max", "files_per_round_max"),
)


def _outbox(found: Partner) -> dict[str, Any]:
    """How and when files go there; the marker only where one is used."""
    outbox = found.profile.outbox
    hours = {"opens": outbox.opens, "closes": outbox.closes}
    return {
        **_fields(outbox, "message", "folder", "filename", "delivery", "signature", "encryption"),
        "marker": outbox.marker if outbox.delivery == "marker" else None,
        "archives": list(outbox.archives),
        **{name: moment.isoformat("minutes") if moment else None for name, moment in hours.items()},
    }


def _fields(declared: object, *names: str) -> dict[str, Any]:
    return {name: getattr(declared, name) for name in names}
