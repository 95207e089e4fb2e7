"""Words of the increase and decrease list."""

from __future__ import annotations

from gateway.cli.words import N_, _
from gateway.domain.changes import Change

CHANGES = {
    Change.NEW: N_("new"),
    Change.MORE: N_("more"),
    Change.LESS: N_("less"),
    Change.GONE: N_("gone"),
}
WHY = {
    "deceased": N_("deceased"),
    "moved": N_("moved"),
    "unknown": N_("unknown to the registry"),
    "ended": N_("entitlement ended"),
    "elsewhere": N_("another payer pays"),
    "work_items_open": N_("an open item blocks"),
    "account_missing": N_("no account"),
    "not_in_roster": N_("not in the roster"),
    "not_listed": N_("in the roster, not listed"),
    "first": N_("first time"),
    "resumed": N_("again after a pause"),
    "group": N_("other group"),
    "commune": N_("other commune"),
    "rate": N_("other rate"),
    "age": N_("by age"),
    "as_listed": N_("as listed"),
}
BESIDE = {
    "arrears": N_("Arrears"),
    "carry-over": N_("Carried over"),
    "one-off": N_("One-off"),
    "again": N_("Paid again"),
}


def change_word(change: Change) -> str:
    return _(CHANGES[change])


def why_words(why: str, detail: str) -> str:
    """The reason, with what it is about."""
    return f"{_(WHY[why])}: {detail}" if detail else _(WHY[why])


def beside_word(kind: str) -> str:
    return _(BESIDE[kind])
