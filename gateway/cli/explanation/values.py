"""Single values of an explained file as its document has them. Names and account numbers are masked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.cli.messages.reasons import reason_words
from gateway.domain.identifiers import masked, masked_name

if TYPE_CHECKING:
    from formats.iso20022.explain.model import Rows


def listed(name: str, rows: Rows[Any], row: Any) -> dict[str, Any]:
    """The rows that are shown, and how many there are."""
    return {name: [row(each) for each in rows.shown], f"{name}_total": rows.count}


def reasons_of(codes: tuple[str, ...], of: Any = "status_reason") -> list[dict[str, str]]:
    """Each code with its words; a bank's own has none here."""
    from formats.iso20022.reasons import reason, unknown

    return [{"code": code, "message": reason_words(reason(code, of) or unknown(code))} for code in codes]


def iso(moment: Any) -> str | None:
    return moment.isoformat() if moment else None


def hidden_name(name: str | None) -> str | None:
    return masked_name(name) if name else None


def hidden_number(number: str | None) -> str | None:
    return masked(number) if number else None
