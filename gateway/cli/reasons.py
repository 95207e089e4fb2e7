"""How commands show a reason: the code, what it means, what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.cli.messages.reasons import action_words, reason_words

if TYPE_CHECKING:
    from formats.iso20022.reasons import Reason
    from gateway.cli.session import Session


def reason_of(session: Session, partner: str, code: str | None, state: str | None = None) -> Reason | None:
    """The reason of a payment in this state; None when there is none."""
    from gateway.usecases.reasons import reason_of as found

    return found(lambda: session.app.context, partner, code, state) if code else None


def document(reason: Reason | None) -> dict[str, str] | None:
    """``code`` and ``action`` are stable, the messages follow the language."""
    if reason is None:
        return None
    return {
        "code": reason.code,
        "message": reason_words(reason),
        "action": reason.action,
        "action_message": action_words(reason.action),
    }


def short(reason: Reason | None) -> str:
    """``AC04 The account is closed.``"""
    return f"{reason.code} {reason_words(reason)}" if reason else ""


def meaning(reason: Reason | None) -> str:
    return reason_words(reason) if reason else ""


def next_step(reason: Reason | None) -> str:
    return action_words(reason.action) if reason else ""
