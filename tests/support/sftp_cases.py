"""The faults of the line by number, with what must become of an order; parameters of the tests and of the proof."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from support.sftp_acts import (
    after_it,
    before_it,
    clobbering,
    cut_after,
    cut_before,
    dripping,
    half_renamed,
    late,
    lost,
    only_to,
    refused,
    refused_though_done,
    silent,
    swallowed,
    torn,
)
from support.sftp_line import LedgerBank
from support.sftp_proxy import (
    CLOSE,
    EXTENDED,
    FOR_EVER,
    LSTAT,
    OPEN,
    OPENDIR,
    PERMISSION_DENIED,
    READ,
    RENAME,
    WRITE,
    Exchange,
    Rule,
)

from adapters.profile import Delivery

PART, XML, MARK = b".part", b".xml", b".done"
Rules = Callable[[LedgerBank, str], list[Rule]]
"""The bank and the final name -> what strikes."""


@dataclass(frozen=True)
class Case:
    """One fault; states of the file after the run it strikes, and at the end.

    A bank that takes files away at once leaves nothing to see: what was unknown stays so.
    """

    number: int
    title: str
    rules: Rules
    first: str
    last: str
    last_taken: str = "unknown"
    form: Delivery = "rename"

    def __str__(self) -> str:
        return f"{self.form}, {self.number} {self.title}"


def rule(
    request: int, act: Callable[[Exchange], bytes | None], first: int = 1, last: int = 0, ending: bytes = b""
) -> Rules:
    return lambda bank, name: [Rule(request, act, first, last, ending)]


def mended(number: int, title: str, rules: Rules) -> Case:
    """Before the release intent: the next run sends the same bytes."""
    return Case(number, title, rules, "uploading", "sent")


def unharmed(number: int, title: str, rules: Rules) -> Case:
    return Case(number, title, rules, "sent", "sent")


def unknown(number: int, title: str, rules: Rules, last: str = "unknown") -> Case:
    """After the release intent: only what is seen at the partner says more (M9)."""
    return Case(number, title, rules, "unknown", last)


def forbidden(form: Delivery) -> list[Rule]:
    """50: a drop box shows nothing, and gives nothing back."""
    if form != "dropbox":
        return []
    denied = refused(PERMISSION_DENIED)
    return [
        Rule(OPEN, only_to("read", denied), 1, FOR_EVER),
        *(Rule(kind, denied, 1, FOR_EVER) for kind in (LSTAT, OPENDIR, RENAME)),
    ]


RENAMED = (
    mended(36, "reset in the middle of a write", rule(WRITE, torn(10_000), 4)),
    mended(36, "reset before the open", rule(OPEN, cut_before)),
    mended(36, "reset after the open", rule(OPEN, cut_after)),
    mended(36, "reset at the read-back", rule(READ, cut_before)),
    unknown(37, "reset after the rename, before its answer", rule(RENAME, cut_after), "sent"),
    unknown(37, "reset before the rename arrives", rule(RENAME, cut_before)),
    unknown(37, "answer to the rename lost", rule(RENAME, lost), "sent"),
    mended(38, "refused write in the middle", rule(WRITE, refused(), 4)),
    mended(38, "write that is confirmed and not done", rule(WRITE, swallowed, 4)),
    mended(39, "disk full from the fourth write on", rule(WRITE, refused(), 4, FOR_EVER)),
    mended(39, "disk full at the sync", rule(EXTENDED, refused())),
    mended(40, "disk full at the close", rule(CLOSE, refused_though_done(), ending=PART)),
    mended(41, "permission to create denied", rule(OPEN, only_to("write", refused(PERMISSION_DENIED)))),
    unknown(43, "rename denied", rule(RENAME, refused(PERMISSION_DENIED))),
    unharmed(43, "rename denied, though done", rule(RENAME, refused_though_done())),
    unknown(
        44,
        "both names stand",
        lambda bank, name: [Rule(RENAME, half_renamed(bank.inbox.parent))],
        "sent",
    ),
    unharmed(45, "rename that overwrites", rule(RENAME, clobbering)),
    mended(
        47,
        "the temporary name is taken by somebody",
        lambda bank, name: [
            Rule(OPEN, before_it(lambda: (bank.inbox / f".{name}.1.part").write_bytes(b"x"), Exchange.forward))
        ],
    ),
    unharmed(
        48,
        "taken the instant it is renamed",
        lambda bank, name: [Rule(RENAME, after_it(bank.take))],
    ),
    unknown(
        48,
        "taken the instant it is renamed, the answer lost",
        lambda bank, name: [Rule(RENAME, after_it(bank.take, cut_after))],
    ),
    Case(
        49,
        "the server moves the temporary away",
        lambda bank, name: [Rule(CLOSE, after_it(bank.sweep), ending=PART)],
        "uploading",
        "unknown",
    ),
    mended(50, "read-back forbidden", rule(OPEN, only_to("read", refused(PERMISSION_DENIED)), 1, FOR_EVER)),
    unknown(51, "answer to the rename a byte at a time", rule(RENAME, dripping), "sent"),
    mended(51, "answer to a write a byte at a time", rule(WRITE, dripping, 2)),
    mended(54, "no answer after the open", rule(WRITE, silent)),
    unharmed(54, "answers that come late, and in time", rule(RENAME, late)),
)
"""Uploaded under a temporary name and renamed."""


def taken_when_closed(ending: bytes) -> Rules:
    return lambda bank, name: [Rule(CLOSE, after_it(bank.take), ending=ending)]


_TORN, _HOLE = rule(WRITE, torn(10_000), 4), rule(WRITE, refused(), 4)
_CLOSE_LOST = rule(CLOSE, cut_after, ending=XML)
_CLOSE_REFUSED = rule(CLOSE, refused_though_done(), ending=XML)

DIRECT = (
    unknown(36, "reset in the middle of a write", _TORN),
    unknown(36, "reset before the open", rule(OPEN, cut_before)),
    unknown(37, "answer to the close lost", _CLOSE_LOST, "sent"),
    unknown(38, "refused write in the middle", _HOLE),
    unharmed(40, "close refused, though done", _CLOSE_REFUSED),
    unknown(41, "permission to create denied", rule(OPEN, refused(PERMISSION_DENIED))),
    unharmed(48, "taken at once", taken_when_closed(XML)),
)
MARKED = (
    mended(36, "reset in the middle of a write", _TORN),
    unknown(36, "reset before the marker", rule(OPEN, cut_before, ending=MARK)),
    unknown(37, "answer to the marker lost", rule(OPEN, cut_after, ending=MARK), "sent"),
    mended(38, "refused write in the middle", _HOLE),
    mended(40, "close refused, though done", _CLOSE_REFUSED),
    unknown(41, "marker denied", rule(OPEN, refused(PERMISSION_DENIED), ending=MARK)),
    unharmed(48, "taken at once", taken_when_closed(MARK)),
)
DROPPED = (
    unknown(36, "reset in the middle of a write", _TORN),
    unknown(37, "answer to the close lost", _CLOSE_LOST),
    unknown(38, "refused write in the middle", _HOLE),
    unharmed(48, "taken at once", taken_when_closed(XML)),
)
OTHERS = (
    *(replace(case, form="direct") for case in DIRECT),
    *(replace(case, form="marker") for case in MARKED),
    *(replace(case, form="dropbox") for case in DROPPED),
)
"""Partners with another delivery form. A bank may see half a file here, and has to wait for the whole."""
