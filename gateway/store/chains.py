"""Statements as a chain, and the exceptions that stand or fall with it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from gateway.domain.calendar import VIET_NAM
from gateway.domain.chains import KINDS, Finding, Sheet
from gateway.store import evidence, resolutions
from gateway.store.store import Transaction

_AMOUNT_MAX = 2**63 - 1

_SHEETS = (
    "SELECT s.id, s.message_id, s.statement_id, s.created_at, s.sequence, s.legal_sequence, s.page, s.last_page,"
    " s.from_date, s.to_date, s.opening, s.closing, s.entries, s.entry_sum, s.content, s.currency"
    " FROM statement s JOIN file_in f ON f.id = s.file_in_id WHERE f.proof <> 'none' AND s.partner = :partner"
    " AND s.account = :account AND s.message = :message AND f.received_at <= :known ORDER BY s.id"
)


def sheets(tx: Transaction, partner: str, account: str, message: str, known: str = "9999") -> dict[str, list[Sheet]]:
    """Currency -> the proven statements of one kind and account; those without currency stand with the only one.

    ``known`` is a stored time: only what was received by then.
    """
    rows = tx.rows(_SHEETS, partner=partner, account=account, message=message, known=known)
    currencies = sorted({row.currency for row in rows if row.currency})
    only = currencies[0] if len(currencies) == 1 else ""
    found: dict[str, list[Sheet]] = {}
    for row in rows:
        found.setdefault(row.currency or only, []).append(_sheet(row))
    return found


def _sheet(row: Any) -> Sheet:
    return Sheet(
        id=row.id,
        message_id=row.message_id or "",
        statement_id=row.statement_id or "",
        created=_local(row.created_at),
        first=row.from_date or "",
        last=row.to_date or "",
        sequence=row.sequence,
        legal_sequence=row.legal_sequence,
        page=row.page,
        last_page=None if row.last_page is None else bool(row.last_page),
        opening=row.opening,
        closing=row.closing,
        entries=row.entries,
        entry_sum=row.entry_sum,
        content=bytes(row.content or b""),
    )


def _local(moment: str | None) -> str:
    """A time as Vietnam's, so that texts compare as times do; one without an offset is Vietnam's."""
    if not moment:
        return ""
    at = datetime.fromisoformat(moment)
    return (at.replace(tzinfo=VIET_NAM) if at.tzinfo is None else at.astimezone(VIET_NAM)).isoformat()


def accounts(tx: Transaction, file_in_id: int, message: str) -> list[str]:
    """Accounts that a file has statements of this kind of."""
    rows = tx.rows(
        "SELECT DISTINCT account FROM statement WHERE file_in_id = :file AND message = :message"
        " AND account IS NOT NULL ORDER BY account",
        file=file_in_id,
        message=message,
    )
    return [row.account for row in rows]


def first_day(tx: Transaction, partner: str, account: str, message: str) -> str | None:
    """From which day on the account is ours to watch: its first statement, or the first file that debits it."""
    found = tx.value(
        "SELECT min(x.day) FROM (SELECT min(COALESCE(s.from_date, s.to_date, substr(s.created_at, 1, 10))) AS day"
        " FROM statement s JOIN file_in f ON f.id = s.file_in_id WHERE f.proof <> 'none' AND s.partner = :partner"
        " AND s.account = :account AND s.message = :message"
        " UNION ALL SELECT min(execution_date) FROM file_out WHERE partner = :partner AND debtor_account = :account"
        " AND sent_at IS NOT NULL) x",
        partner=partner,
        account=account,
        message=message,
    )
    return None if found is None else str(found)


def settle(
    tx: Transaction,
    partner: str,
    account: str,
    findings: Iterable[tuple[str, Finding]],
    file_in_id: int | None,
    kinds: Sequence[str] = KINDS,
) -> None:
    """S3: the open exceptions of an account's chains are exactly its findings (each with its currency), but for those
    that a person has resolved. What is found again is the same exception; what is found no more heals.
    """
    known = _known(tx, partner, account, kinds)
    for currency, finding in findings:
        place = {"account": account, "currency": currency} | dict(finding.place)
        row = known.pop(_key(finding.kind, place), None)
        if row is None:
            _open(tx, finding, partner, place, file_in_id)
        else:
            _renew(tx, finding, row, partner, place, file_in_id)
    for row in known.values():
        resolutions.heal(tx, "id = :id", id=row.id)


def _renew(
    tx: Transaction, finding: Finding, row: Any, partner: str, place: Mapping[str, str | int], file_in_id: int | None
) -> None:
    """The same exception as the evidence tells it now; what people resolved stays so, and is told anew when something
    of it changes.
    """
    params, amount = _written(place, finding), _held(finding.amount)
    is_ended = row.state == "resolved" and row.healed_at is None
    if (row.params, row.amount) == (params, amount) and (row.state == "open" or is_ended):
        return
    if is_ended:
        _open(tx, finding, partner, place, file_in_id)
        return
    tx.run(
        "UPDATE exception SET state = 'open', healed_at = NULL, statement_id = :statement, params = :params,"
        " amount = CAST(:amount AS BIGINT) WHERE id = :id",
        statement=finding.statement,
        params=params,
        amount=amount,
        id=row.id,
    )


def _written(place: Mapping[str, str | int], finding: Finding) -> str:
    return json.dumps(dict(place) | dict(finding.details), ensure_ascii=False, sort_keys=True)


def _held(amount: int | None) -> int | None:
    """An amount as a database holds it; None beyond that."""
    return amount if amount is None or abs(amount) <= _AMOUNT_MAX else None


def _open(
    tx: Transaction, finding: Finding, partner: str, place: Mapping[str, str | int], file_in_id: int | None
) -> None:
    evidence.raise_exception(
        tx,
        finding.kind,
        partner,
        dict(place) | dict(finding.details),
        file_in_id=file_in_id,
        statement_id=finding.statement,
        amount=_held(finding.amount),
        currency=place["currency"] or None,
    )


_DETAILS = ("pages",)
"""What of the parameters may change without another exception."""


def _key(kind: str, params: Mapping[str, str | int]) -> str:
    return json.dumps([kind, {name: value for name, value in params.items() if name not in _DETAILS}], sort_keys=True)


def _known(tx: Transaction, partner: str, account: str, kinds: Sequence[str]) -> dict[str, Any]:
    """Exceptions of the account's chains by what they are about."""
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    rows = tx.rows(
        "SELECT x.id, x.kind, x.params, x.amount, x.state, x.healed_at FROM exception x WHERE x.partner = :partner"
        f" AND x.kind IN ({listed}) ORDER BY x.id",
        partner=partner,
    )
    parsed = ((row, json.loads(row.params)) for row in rows)
    return {_key(row.kind, params): row for row, params in parsed if params.get("account") == account}


def healed(tx: Transaction, references: Sequence[str]) -> dict[str, int]:
    """Of these files, how many of the exceptions that each opened have healed."""
    found: dict[str, int] = {}
    for reference in references:
        sql = (
            "SELECT count(*) FROM exception x JOIN file_in f ON f.id = x.file_in_id WHERE f.reference = :file"
            " AND x.healed_at IS NOT NULL"
        )
        found[reference] = int(tx.value(sql, file=reference))
    return found
