"""Which inbox of a partner a file belongs to, and so by which proof alone it is believed (T9)."""

from __future__ import annotations

from adapters.profile import Inbox
from gateway.domain.errors import NotConfigured
from gateway.store.tables import FileIn
from gateway.usecases.context import Partner


def inbox_of(partner: Partner, file: FileIn, message: str | None = None) -> Inbox:
    """Where a file came from, by today's profile; of one that a person brought, where the partner would have put such
    a ``message``. Raises ``NotConfigured``."""
    if not file.folder:
        return _expected(partner, message or "")
    for inbox in partner.profile.inboxes:
        if inbox.folder == file.folder and inbox.accepts(file.name):
            return inbox
    raise NotConfigured("no_inbox_for_file", file=file.reference, folder=file.folder)


def _expected(partner: Partner, message: str) -> Inbox:
    inbox = signed_inbox(partner, message)
    if inbox is None:
        raise NotConfigured("no_inbox_for_message", partner=partner.code, message=message)
    return inbox


def inbox_for(partner: Partner, message: str) -> Inbox | None:
    """Where the partner would have put such a message."""
    return next((inbox for inbox in partner.profile.inboxes if message.startswith(inbox.message)), None)


def signed_inbox(partner: Partner, message: str) -> Inbox | None:
    """The same, signed: a channel proves nothing once a person carried the file."""
    inbox = inbox_for(partner, message)
    return inbox if inbox is not None and inbox.proof != "channel" else None


def opening_inbox(partner: Partner) -> Inbox | None:
    """One by whose proof an OpenPGP message of the partner can be opened, to see what it holds."""
    declared = [inbox for inbox in partner.profile.inboxes if inbox.proof == "openpgp"]
    return max(declared, key=lambda inbox: inbox.size_bytes_max, default=None)
