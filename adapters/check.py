"""What a partner would say of a message: its profile's rules as one table, each with the place it looks at.

Pure, and streaming: any pain.001, pain.002 or camt.052/053/054 may be held against any profile. Findings name places,
lengths and limits, never what stands there (A3).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Generic, TypeVar

from adapters.profile import Profile
from formats.errors import FormatError
from formats.iso20022 import camt, schema
from formats.iso20022.codes import exponent
from formats.iso20022.explain import orders
from formats.iso20022.explain.model import Finding, Params, Sums, decimal_text
from formats.iso20022.explain.orders import Block, Group, Order
from formats.iso20022.explain.outline import Outline
from formats.text import outside

CATEGORIES = frozenset({"GOVT", "SSBE", "PENS", "SALA"})
PURPOSES = frozenset({"SSBE", "PENS", "ALLW", "BECH", "GOVT"})
"""What a welfare payment may be called; any other code could say something about a person's health."""
NAPAS = "NAPAS"
"""The clearing system of member ids where a partner names only itself by BIC."""

Fault = Params | None
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Rule(Generic[R]):
    """``fault`` gives the parameters of the sentence when the rule is broken, else None."""

    name: str
    at: str
    fault: Callable[[Profile, R], Fault]


@dataclass(slots=True)
class Totals:
    """What was counted over a whole pain.001."""

    version: str = ""
    payments: int = 0
    sums: Sums = field(default_factory=Sums)


def findings(profile: Profile, source: BinaryIO, frame: Outline, accounts: Collection[str] = ()) -> Iterator[Finding]:
    """Every broken rule, in the order of the file; ``accounts`` are ours there, none when they are not known.

    What cannot be read, or is no message for a partner, says nothing here: ``explain`` tells.
    """
    source.seek(0)
    try:
        version = schema.message_name(source)
        yield from (
            _of_order(profile, source, frame, accounts)
            if version.startswith("pain.001")
            else _of_answer(profile, version, source, frame, accounts)
        )
    except FormatError:
        return


# --- what we send ----------------------------------------------------------------------------------------------


def _version(profile: Profile, totals: Totals) -> Fault:
    return _unless(totals.version == profile.outbox.message, expected=profile.outbox.message, got=totals.version)


def _payments(profile: Profile, totals: Totals) -> Fault:
    most = profile.limits.payments_per_file_max
    return _unless(totals.payments <= most, counted=totals.payments, allowed=most)


def _amount_of_file(profile: Profile, totals: Totals) -> Fault:
    amount, most = totals.sums.minor.get(profile.currency, 0), profile.limits.amount_per_file_max
    return _unless(amount <= most, counted=_text(profile, amount), allowed=_text(profile, most))


FILE: tuple[Rule[Totals], ...] = (
    Rule("partner-version", "", _version),
    Rule("partner-payments-per-file", "", _payments),
    Rule("partner-amount-per-file", "", _amount_of_file),
)


def _booking(profile: Profile, block: Block) -> Fault:
    expected = "true" if profile.batch_booking else "false"
    return _unless(
        {"1": "true", "0": "false"}.get(said := block.batch_booking or "", said) == expected, expected=expected
    )


def _category(_profile: Profile, item: Block | Order) -> Fault:
    return _unless(item.category_purpose in {None, *CATEGORIES}, allowed=_listed(CATEGORIES))


def _bearer_of_block(profile: Profile, block: Block) -> Fault:
    return _unless(block.charge_bearer in (None, profile.charge_bearer), expected=profile.charge_bearer)


BLOCK: tuple[Rule[Block], ...] = (
    Rule("partner-batch-booking", "BtchBookg", _booking),
    Rule("partner-category-purpose", "PmtTpInf/CtgyPurp", _category),
    Rule("partner-charge-bearer", "ChrgBr", _bearer_of_block),
)


def _currency(profile: Profile, order: Order) -> Fault:
    return _unless(order.currency in (None, profile.currency), expected=profile.currency)


def _amount(profile: Profile, order: Order) -> Fault:
    most = profile.limits.amount_per_payment_max
    too_much = order.currency == profile.currency and (order.amount or 0) > most
    return _unless(not too_much, allowed=_text(profile, most))


def _name_length(profile: Profile, order: Order) -> Fault:
    return _too_long(order.creditor, profile.limits.name_chars_max)


def _name_charset(profile: Profile, order: Order) -> Fault:
    return _foreign(profile, order.creditor)


def _name_case(profile: Profile, order: Order) -> Fault:
    name = order.creditor or ""
    return _unless(not profile.uppercase_names or name == name.upper())


def _remittance_length(profile: Profile, order: Order) -> Fault:
    return _too_long(max(order.remittances, key=len, default=""), profile.limits.remittance_chars_max)


def _remittance_charset(profile: Profile, order: Order) -> Fault:
    return _foreign(profile, "".join(order.remittances))


def _agent(profile: Profile, order: Order) -> Fault:
    """By the partner's scheme; where it has none, itself by BIC and others by their number in the clearing system."""
    if profile.agent_scheme is None and order.creditor_bic is not None:
        return _unless(order.creditor_bic[:8] == (profile.bic or "")[:8], expected=NAPAS)
    expected = profile.agent_scheme or NAPAS
    return _unless(order.creditor_bic is None and order.creditor_member_scheme == expected, expected=expected)


def _account_scheme(profile: Profile, order: Order) -> Fault:
    """The partner's own accounts carry its scheme, those elsewhere none."""
    own = order.creditor_agent in (profile.bic, profile.napas_bin)
    expected = profile.account_scheme if own else None
    return _unless(order.creditor_account_scheme == expected, **{"expected": expected} if expected else {})


def _purpose(_profile: Profile, order: Order) -> Fault:
    return _unless(order.purpose in {None, *PURPOSES}, allowed=_listed(PURPOSES))


def _bearer_of_order(profile: Profile, order: Order) -> Fault:
    return _unless(order.charge_bearer in (None, profile.charge_bearer), expected=profile.charge_bearer)


ORDER: tuple[Rule[Order], ...] = (
    Rule("partner-currency", "Amt/InstdAmt", _currency),
    Rule("partner-amount-per-payment", "Amt/InstdAmt", _amount),
    Rule("partner-name-length", "Cdtr/Nm", _name_length),
    Rule("partner-charset", "Cdtr/Nm", _name_charset),
    Rule("partner-name-case", "Cdtr/Nm", _name_case),
    Rule("partner-remittance-length", "RmtInf/Ustrd", _remittance_length),
    Rule("partner-charset", "RmtInf/Ustrd", _remittance_charset),
    Rule("partner-agent", "CdtrAgt", _agent),
    Rule("partner-account-scheme", "CdtrAcct", _account_scheme),
    Rule("partner-category-purpose", "PmtTpInf/CtgyPurp", _category),
    Rule("partner-purpose", "Purp", _purpose),
    Rule("partner-charge-bearer", "ChrgBr", _bearer_of_order),
)


def _of_order(profile: Profile, source: BinaryIO, frame: Outline, accounts: Collection[str]) -> Iterator[Finding]:
    totals, place = Totals(), ""
    for item in orders.read(source):
        if isinstance(item, Group):
            totals.version = item.version
        elif isinstance(item, Block):
            place = frame.place("PmtInf", item.ordinal)
            yield from _broken(BLOCK, profile, item, place)
            yield from _foreign_account(accounts, item.debtor_account, f"{place}/DbtrAcct")
        else:
            totals.payments += 1
            totals.sums.add(item.amount, item.currency)
            yield from _broken(ORDER, profile, item, f"{place}/CdtTrfTxInf[{item.ordinal + 1}]")
    yield from _broken(FILE, profile, totals, "")


def _broken(rules: tuple[Rule[R], ...], profile: Profile, item: R, place: str) -> Iterator[Finding]:
    for rule in rules:
        if (params := rule.fault(profile, item)) is not None:
            yield Finding(f"{place}/{rule.at}" if rule.at else place, rule.name, params)


# --- what it answers -------------------------------------------------------------------------------------------

_LISTS = {"camt.052": "Rpt", "camt.053": "Stmt", "camt.054": "Ntfctn"}


def _of_answer(
    profile: Profile, version: str, source: BinaryIO, frame: Outline, accounts: Collection[str]
) -> Iterator[Finding]:
    expected = [inbox.message for inbox in profile.inboxes]
    if version[:8] not in expected:
        yield Finding("", "partner-no-inbox", {"message": version[:8], "allowed": ", ".join(expected)})
    if version not in {each.message for each in schema.manifest()}:
        yield Finding("", "partner-version-unknown", {"message": version})
    if version[:8] not in _LISTS:
        return
    for item in camt.read(source):
        if isinstance(item, camt.Statement):
            place = f"{frame.place(_LISTS[item.message], item.ordinal)}/Acct"
            yield from _foreign_account(accounts, item.account, place)
            if item.currency not in (None, profile.currency):
                yield Finding(f"{place}/Ccy", "partner-currency", {"expected": profile.currency})


# --- shared ----------------------------------------------------------------------------------------------------


def _foreign_account(accounts: Collection[str], account: str | None, place: str) -> Iterator[Finding]:
    """An account that is none of ours; nothing is said when ours are not known."""
    if accounts and account not in accounts:
        yield Finding(place, "partner-account")


def _unless(holds: bool, **params: Any) -> Fault:
    return None if holds else params


def _too_long(text: str | None, most: int) -> Fault:
    return _unless(len(text or "") <= most, length=len(text or ""), allowed=most)


def _foreign(profile: Profile, text: str | None) -> Fault:
    """How many characters the partner's set does not hold."""
    count = len(outside(text or "", profile.charset))
    return _unless(not count, count=count, charset=profile.charset)


def _text(profile: Profile, minor: int) -> str:
    return f"{decimal_text(minor, exponent(profile.currency))} {profile.currency}"


def _listed(codes: frozenset[str]) -> str:
    return ", ".join(sorted(codes))
