"""The daily tie: both equations of the money, by payment and by account, as booked on a day and known at a moment.

    approved = debited and kept + returned + rejected + cancelled + held + open
    opening + funding + other credits + returned net + reversals - debits - fees - other debits = closing

Nothing is stored: any day can be computed again, with what was known at any moment. Amounts in minor units.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from gateway.domain import chains
from gateway.domain.calendar import VIET_NAM, IsWorking
from gateway.domain.fundings import pairs
from gateway.store import chains as chain_rows
from gateway.store import fundings, tie
from gateway.store.store import Store, Transaction

_BEHIND_MAX = 10
"""A booking of the day may stand in one of so many statements after it."""


@dataclass(frozen=True, slots=True)
class Question:
    """Which tie is asked for."""

    day: date
    known_at: datetime | None
    """Only what had arrived by then; None for everything."""
    payer: str | None
    books: Mapping[str, str]
    """Partner -> its book of record."""
    accounts: Mapping[str, Collection[str]] | None
    """Partner -> the payer's accounts; None for all."""
    is_working: IsWorking
    today: date


@dataclass(slots=True)
class Approved:
    """Payments of one payer, programme, partner and commune, and where their money is at the end of the day."""

    payer: str
    programme: str
    partner: str
    commune_code: str
    currency: str
    payments: int = 0
    approved: int = 0
    debited: int = 0
    returned: int = 0
    rejected: int = 0
    cancelled: int = 0
    held: int = 0
    open: int = 0


@dataclass(frozen=True, slots=True)
class AccountDay:
    """What the book of record says of one account on the day; ``difference`` is 0 when it ties."""

    partner: str
    account: str
    currency: str
    opening: int
    funding: int
    other_credits: int
    returned_net: int
    reversals: int
    debits: int
    fees: int
    other_debits: int
    closing: int
    difference: int


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that keeps the day from tying, or that stands in it unexplained."""

    kind: str
    reference: str
    partner: str
    account: str = ""
    amount: int | None = None
    currency: str | None = None


@dataclass(slots=True)
class Tie:
    date: str
    known_at: str | None
    payments: list[Approved] = field(default_factory=list)
    accounts: list[AccountDay] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    awaited: list[Difference] = field(default_factory=list)
    """Accounts whose statement of the day is not here, or will never be: nothing is wrong, nothing is proven."""
    unexplained: list[Difference] = field(default_factory=list)
    """Open exceptions about the day's entries, which stand among other credits and debits."""

    @property
    def ties(self) -> bool:
        return not self.differences and not self.awaited


def daily_tie(store: Store, question: Question) -> Tie:
    """Computed from one consistent picture, read only."""
    known = tie.EVER if question.known_at is None else _stored(question.known_at)
    result = Tie(question.day.isoformat(), None if question.known_at is None else question.known_at.isoformat())
    with store.read() as tx:
        end = _stored(datetime.combine(question.day + timedelta(days=1), time(), VIET_NAM))
        result.payments = _approved(tx, question, end, known)
        result.differences += _of_payments(tx, question, end, known)
        for partner, message in sorted(question.books.items()):
            for account in tie.accounts(tx, partner, message):
                if question.accounts is None or account in question.accounts.get(partner, ()):
                    _Account(tx, question, known, partner, account, message).tell(result)
    return result


def _stored(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _approved(tx: Transaction, question: Question, end: str, known: str) -> list[Approved]:
    groups: dict[tuple[str, ...], Approved] = {}
    for row in tie.payments(tx, question.day.isoformat(), end, known, question.payer):
        key = (row.payer, row.programme, row.partner, row.commune_code, row.currency)
        group = groups.setdefault(key, Approved(*key))
        amount = tie.whole(row, "amount")
        group.payments += row.payments
        group.approved += amount
        setattr(group, row.place, amount)
    return list(groups.values())


def _of_payments(tx: Transaction, question: Question, end: str, known: str) -> Iterator[Difference]:
    """Bookings against places, states against evidence, payments against what was approved."""
    for row in tie.wrongly_booked(tx, question.day.isoformat(), end, known, question.payer):
        expected = row.amount if row.place == "debited" else 0
        yield Difference(
            "booked_differs", row.end_to_end_id, row.partner, "", tie.whole(row, "net") - expected, row.currency
        )
    if question.known_at is None:
        for row in tie.wrongly_stated(tx, question.payer):
            yield Difference("state_differs", row.end_to_end_id, row.partner, "", row.amount, row.currency)
    for row in tie.wrongly_summed(tx, question.payer):
        yield Difference("batch_differs", row.id, "", "", tie.whole(row, "sum") - row.amount, row.currency)


@dataclass(frozen=True, slots=True)
class _Account:
    """One account of the day."""

    tx: Transaction
    question: Question
    known: str
    partner: str
    account: str
    message: str

    def tell(self, result: Tie) -> None:
        found = chain_rows.sheets(self.tx, self.partner, self.account, self.message, self.known)
        for currency, sheets in sorted(found.items()):
            self._chain(result, currency, chains.links(sheets))
        if not found:
            self._await(result, None)

    def _chain(self, result: Tie, currency: str, chain: list[chains.Link]) -> None:
        day = self.question.day.isoformat()
        links = [each for each in chain if each.last == day]
        funding = self._funding()
        result.accounts += [self._day(currency, link, funding) for link in links if _has_balances(link)]
        ids = [sheet.id for link in links for sheet in link.sheets]
        result.differences += self._findings(currency, chain, set(ids))
        result.unexplained += [
            Difference(row.kind, row.reference or str(row.id), self.partner, self.account, row.amount, row.currency)
            for row in tie.unexplained(self.tx, ids)
            if row.entry_id not in funding
        ]
        behind = [each for each in chain if each.last >= day][: len(links) + _BEHIND_MAX]
        if behind:
            result.differences += self._not_in_book(behind)
        else:
            self._await(result, currency)
        if _proves_nothing(chain, links, day):
            result.awaited.append(
                Difference("account_unproven", day, self.partner, self.account, None, currency or None)
            )

    def _funding(self) -> list[int]:
        """The credits of the days around that are confirmed funding."""
        day = self.question.day
        confirmed = fundings.confirmed(self.tx, self.partner, self.account, day, self.known)
        if not confirmed:
            return []
        amounts = sorted({each.amount for each in confirmed})
        around = fundings.credits(self.tx, self.partner, self.account, self.message, day, self.known, amounts)
        return sorted(pairs(confirmed, around))

    def _day(self, currency: str, link: chains.Link, linked: Sequence[int]) -> AccountDay:
        ids = [sheet.id for sheet in link.sheets]
        row = tie.booked(self.tx, ids, self.known)
        funding = fundings.booked(self.tx, ids, linked)
        opening, closing = link.opening or 0, link.closing or 0
        return AccountDay(
            partner=self.partner,
            account=self.account,
            currency=currency,
            opening=opening,
            funding=funding,
            other_credits=tie.whole(row, "credits") - funding,
            returned_net=tie.whole(row, "returned"),
            reversals=tie.whole(row, "reversals"),
            debits=tie.whole(row, "debits"),
            fees=tie.whole(row, "fees"),
            other_debits=tie.whole(row, "others"),
            closing=closing,
            difference=closing - opening - tie.whole(row, "sum"),
        )

    def _findings(self, currency: str, chain: list[chains.Link], ids: set[int]) -> Iterator[Difference]:
        """What is wrong with the chain at this day."""
        day = self.question.day.isoformat()
        for found in chains.findings(chain, self.question.is_working, daily=True):
            here = found.statement in ids
            if found.kind == "day_missing":
                here = str(found.place["first"]) <= day <= str(found.place["last"])
            if here and found.kind in chains.UNTIED:
                number = str(found.place.get("number") or found.place.get("first") or day)
                yield Difference(found.kind, number, self.partner, self.account, found.amount, currency or None)

    def _not_in_book(self, behind: Sequence[chains.Link]) -> Iterator[Difference]:
        """A booking that was announced, and that the closed statements of its day do not have."""
        ids = [sheet.id for link in behind for sheet in link.sheets]
        day = self.question.day.isoformat()
        for row in tie.not_in_book(self.tx, self.partner, self.account, self.message, day, self.known, ids):
            yield Difference(
                "not_in_statement", row.end_to_end_id, self.partner, self.account, row.amount, row.currency
            )

    def _await(self, result: Tie, currency: str | None) -> None:
        """No statement reaches this day: on a working day that is not before us it is awaited."""
        day = self.question.day
        if self.question.is_working(day) and day <= self.question.today:
            result.awaited.append(
                Difference("statement_awaited", day.isoformat(), self.partner, self.account, None, currency or None)
            )


def _proves_nothing(chain: Sequence[chains.Link], links: Sequence[chains.Link], day: str) -> bool:
    """Whether no balance of the account is known for this day, and none will be: the chain begins behind it, or what
    stands in it for the day states no balances."""
    if links:
        return not any(_has_balances(link) for link in links) and not any(link.missing for link in links)
    return bool(chain) and day < chain[0].first


def _has_balances(link: chains.Link) -> bool:
    return link.opening is not None and link.closing is not None
