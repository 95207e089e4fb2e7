"""Signals of fraud: their names, and what a line was compared with."""

from __future__ import annotations

from gateway.cli.messages import fill
from gateway.cli.session import money
from gateway.cli.words import N_, _
from gateway.domain.signals import Signal, SignalKind

NAMES = {
    SignalKind.ACCOUNT_CHANGED: N_("other account than last time"),
    SignalKind.PERSON_NEW: N_("never paid before"),
    SignalKind.ACCOUNT_SHARED: N_("account of several people"),
    SignalKind.ACCOUNT_RECENT: N_("account changed shortly before"),
    SignalKind.AMOUNT_OVER_OWN: N_("much more than the person had"),
    SignalKind.AMOUNT_OVER_LIST: N_("much more than the others"),
    SignalKind.PERSON_DECEASED: N_("deceased"),
    SignalKind.PERSON_UNKNOWN: N_("unknown to the registry"),
    SignalKind.PERSON_OLD: N_("very old"),
    SignalKind.TWO_PLACES: N_("in two places"),
}
COMPARED = {
    SignalKind.ACCOUNT_CHANGED: N_("Payment {other} of {detail} went to another account."),
    SignalKind.PERSON_NEW: N_("No earlier list of the programme has paid this person."),
    SignalKind.ACCOUNT_SHARED: N_("{figure} people of this list have this account; up to {against} are usual."),
    SignalKind.ACCOUNT_RECENT: N_("The roster changed the account on {detail} ({other})."),
    SignalKind.AMOUNT_OVER_OWN: N_("The most since {detail} was {most}."),
    SignalKind.AMOUNT_OVER_LIST: N_("The average of the list's lines of the kind {other} is {most}."),
    SignalKind.PERSON_DECEASED: N_("So says the population registry on {detail} (answer {other})."),
    SignalKind.PERSON_UNKNOWN: N_("So says the population registry on {detail} (answer {other})."),
    SignalKind.PERSON_OLD: N_("{figure} years old; up to {against} are usual."),
    SignalKind.TWO_PLACES: N_("Payment {other} of the same month is of {detail}."),
}


def signal_name(kind: SignalKind) -> str:
    """In a few words."""
    return _(NAMES[kind])


def compared(signal: Signal) -> str:
    """What the line was compared with, in a sentence."""
    most = money(signal.against, signal.currency)
    given = {"other": signal.other, "detail": signal.detail, "figure": signal.figure, "against": signal.against}
    return fill(COMPARED[signal.kind], given | {"most": most})
