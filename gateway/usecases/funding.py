"""Funding: two people say that money has come to an account before the bank's statement says so."""

from __future__ import annotations

from gateway.domain.errors import Refusal
from gateway.domain.identifiers import is_payment_ref, iso_date
from gateway.domain.money import is_whole
from gateway.store import gates
from gateway.store.store import Transaction, take
from gateway.store.tables import Decision, Funding
from gateway.usecases.context import Context
from gateway.usecases.decide import Act, Params, params_of
from gateway.usecases.payment_rows import CURRENCY


class Confirm(Act):
    """One sum, by the reference of its transfer; a reference counts once."""

    verb = "funding confirm"
    needs_evidence = False
    own_withdrawal = False

    def examine(self, context: Context, tx: Transaction, subject: str, params: Params) -> str:
        partner, account = _named(context, subject)
        day = iso_date(params["date"])
        if not is_whole(params["amount"]) or not is_payment_ref(params["reference"]):
            raise Refusal("funding_unreadable")
        if day is None or day > context.today():
            raise Refusal("funding_not_yet", date=params["date"])
        balance = gates.last_balance(tx, partner, account, context.partner(partner).profile.book_of_record)
        if balance is not None and day.isoformat() <= balance.day:
            raise Refusal("funding_in_balance", date=balance.day)
        if _is_known(tx, partner, account, params["reference"]):
            raise Refusal("funding_known", reference=params["reference"])
        return f"{subject} {params['reference']} {params['amount']} {params['date']}"

    def execute(self, context: Context, tx: Transaction, decision: Decision) -> None:
        params = params_of(decision)
        partner, account = _named(context, decision.subject)
        tx.session.add(
            Funding(
                id=take(tx, "funding").start,
                decision_id=decision.id,
                partner=partner,
                account=account,
                reference=params["reference"],
                amount=int(params["amount"]),
                currency=CURRENCY,
                value_date=params["date"],
                confirmed_at=tx.now(),
            )
        )


def subject(partner: str, account: str) -> str:
    return f"{partner} {account}"


def _named(context: Context, text: str) -> tuple[str, str]:
    """(partner, account) of ours; raises ``Refusal``."""
    code, _, account = text.partition(" ")
    partner = context.partner(code)
    if not any(account in payer.accounts(code) for payer in context.payers.values()):
        raise Refusal("account_not_ours", partner=partner.code)
    return code, account


def _is_known(tx: Transaction, partner: str, account: str, reference: str) -> bool:
    sql = "SELECT 1 FROM funding WHERE partner = :partner AND account = :account AND reference = :reference"
    return tx.value(sql, partner=partner, account=account, reference=reference) is not None
