"""Guard: a database that was restored, cloned, set back or replaced by a lagging copy never sends (M15).

It may not know all that was sent before. Three things betray it: an anchor outside that is ahead of it or differs, a
file of ours at a partner that it does not know, an answer to a message of ours that it does not know. Then the
installation is in *safe mode*: it collects and shows, and nothing is released until two people ``resume``.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Literal, NamedTuple

from adapters.profile import Outbox
from gateway.domain.errors import ChitraError, RemoteRefused, SafeMode
from gateway.domain.states import FileState
from gateway.ports import Anchor, Transport
from gateway.store import decisions, files, instance
from gateway.store.store import Transaction
from gateway.usecases.context import Context, Partner

_OVER = (FileState.SENT, FileState.ACKNOWLEDGED, FileState.REJECTED, FileState.CLOSED, FileState.VOID)
"""Nobody uploads such a file any more."""
Role = Literal["file", "temporary", "marker", "signature"]
_FIELD = re.compile(r"\{(date|sequence|message_id)[^}]*\}")
_READ_AS = {"date": r"[0-9-]+", "sequence": r"[0-9]+", "message_id": r"M[0-9A-Z]{7,34}"}


class Named(NamedTuple):
    """What bears a name of ours at a partner."""

    folder: str
    name: str
    final: str
    """The name of the file that it is, becomes or marks."""
    role: Role

    @property
    def path(self) -> str:
        return f"{self.folder}/{self.name}"


def require_own_past(context: Context) -> None:
    """Compare the database with every anchor, then move the anchors on to where it is now.

    Raises ``SafeMode`` when it is not the continuation of one. Asked before anything is begun, and again between the
    intent of a release and the release: a failover may lie between them.
    """
    if (reason := set_back(context)) is not None:
        enter(context, "database_set_back", {"reason": reason})
    with context.store.read() as tx:
        head = instance.head(tx)
    known = (head.instance, head.epoch, head.sequence, head.hash)
    context.anchors.write(Anchor(*known, context.anchors.machine, head.people))


def set_back(context: Context) -> str | None:
    """What an anchor knows better than the database, or None; raises ``SafeMode`` when that was found before."""
    anchors = context.anchors.read()  # first: what is read after them can only be further
    with context.store.read() as tx:
        require_normal(tx)
        head = instance.head(tx)
        return next(filter(None, (_difference(context, tx, head, each) for each in anchors)), None)


def _difference(context: Context, tx: Transaction, head: instance.Head, anchor: Anchor) -> str | None:
    if anchor.instance != head.instance:
        return "anchor_of_other_instance"
    if anchor.epoch > head.epoch:
        return "anchor_of_later_epoch"
    if anchor.machine not in ("", context.anchors.machine):
        return "home_was_copied"
    if anchor.epoch < head.epoch:
        return None  # two people have resumed since; what it says was looked at then
    if anchor.sequence > head.sequence:
        return "anchor_is_ahead"
    if anchor.sequence and instance.link(tx, anchor.sequence) != anchor.hash:
        return "anchor_has_other_past"
    if anchor.people > head.people:
        return "anchor_knows_more_of_people"
    return None


def require_normal(tx: Transaction, *, held: bool = False) -> None:
    """Raises ``SafeMode`` with its reason; ``held``: and nobody enters it until this transaction has ended."""
    if found := instance.safe_mode(tx, held=held):
        raise SafeMode("safe_mode", why=found.why, **found.params)


def require_known_files(context: Context, partner: Partner, transport: Transport) -> None:
    """Whatever bears a name of ours at a partner must be known; raises ``SafeMode`` for what is not.

    Once in the life of a process: only a database that was set back can have forgotten a name.
    """
    if partner.code in context.looked_at:
        return
    ours = _ours(context, partner, transport)
    unknown = _unknown(context, partner, ours)
    if unknown:
        params: dict[str, str | int] = {"partner": partner.code, "name": unknown[0].name, "count": len(unknown)}
        enter(context, "unknown_file_of_ours", params)
    _sweep(context, partner, transport, ours)
    context.looked_at.add(partner.code)


def _sweep(context: Context, partner: Partner, transport: Transport, ours: list[Named]) -> None:
    """Remove temporaries of files that are over.

    The last packets of a sender that was killed may still be with the server when its successor removes the temporary;
    then one would be made after everybody has looked.
    """
    with context.store.read() as tx:
        over = files.known_names(tx, partner.code, {each.final for each in ours}, _OVER)
    for each in ours:
        if each.role == "temporary" and each.final in over:
            with suppress(RemoteRefused):
                transport.remove(each.path)


def enter(context: Context, why: str, params: dict[str, str | int]) -> None:
    """Go into safe mode and say so."""
    with context.store.begin() as tx:
        instance.enter_safe_mode(tx, why, params)
    raise SafeMode("safe_mode", why=why, **params)


def look_everywhere(context: Context) -> None:
    """Before new names are given: look at every partner that can be reached; raises ``SafeMode``.

    A partner that cannot be reached is looked at before anything is delivered to it.
    """
    for partner in context.partners.values():
        if partner.code in context.looked_at:
            continue
        try:
            with partner.connect() as transport:
                require_known_files(context, partner, transport)
        except SafeMode:
            raise
        except ChitraError:
            continue  # whoever delivers to it says why


def strangers(context: Context, partner: Partner, transport: Transport) -> list[Named]:
    """What is named as our files, their temporaries, markers and signatures are, and stands in no row."""
    return _unknown(context, partner, _ours(context, partner, transport))


def _ours(context: Context, partner: Partner, transport: Transport) -> list[Named]:
    outbox = partner.profile.outbox
    if outbox.delivery == "dropbox":
        return []  # no look is possible
    with context.store.read() as tx:
        naming = re.compile(_pattern(outbox, instance.head(tx).instance))
    return [
        Named(folder, each.name, found["final"], _role(found))
        for folder in (outbox.folder, *outbox.archives)
        for each in transport.listing(folder)
        if not each.withheld and (found := naming.fullmatch(each.name))
    ]


def _unknown(context: Context, partner: Partner, ours: list[Named]) -> list[Named]:
    finals = {each.final for each in ours}
    with context.store.read() as tx:  # after the look: what another worker uploaded meanwhile was committed before
        known, accepted = files.known_names(tx, partner.code, finals), decisions.accepted(tx)
    known |= {final for final in finals if f"{partner.code}/{final}" in accepted}
    return sorted(each for each in ours if each.final not in known)


def _role(found: re.Match[str]) -> Role:
    if found["marker"]:
        return "marker"
    if found["signature"]:
        return "signature"
    return "file" if found["final"] == found[0] else "temporary"


def _pattern(outbox: Outbox, of_instance: str) -> str:
    """A regular expression for the names of our files, their temporaries, their markers and their signatures.

    Group ``final`` is the file's own name; ``marker`` and ``signature`` are empty but for one.
    """
    final = _as_pattern(outbox.final, dict(_READ_AS) | {"message_id": f"M{of_instance}[0-9A-Z]+"})
    before, after = outbox.temporary.replace("{attempt}", "\0").split("{name}")
    around = [re.escape(part).replace("\0", "[0-9]+") for part in (before, after)]
    marker = re.escape(outbox.marker) if outbox.delivery == "marker" else ""
    signature = re.escape(outbox.beside("") or "")
    behind = f"(?P<marker>{marker})|(?P<signature>{signature})|{around[1]}"
    return f"(?:{around[0]})?(?P<final>{final})(?:{behind})?"


def _as_pattern(template: str, read_as: dict[str, str]) -> str:
    parts, end = [], 0
    for found in _FIELD.finditer(template):
        parts += [re.escape(template[end : found.start()]), read_as[found[1]]]
        end = found.end()
    return "".join([*parts, re.escape(template[end:])])
