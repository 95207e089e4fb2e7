"""Single values of an explained file as people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.cli.messages import status_word
from gateway.cli.words import _

if TYPE_CHECKING:
    from gateway.cli.output import Output

Document = dict[str, Any]


def pairs(output: Output, pairs: list[tuple[str, Any]]) -> None:
    """What is known, one line each, below an empty one."""
    known = [(name, value) for name, value in pairs if value not in (None, "")]
    width = max((len(name) for name, _value in known), default=0)
    if known:
        output.say("")
    for name, value in known:
        output.say(f"{name:<{width}}  {value}")


def say_limit(output: Output, shown: int, total: int) -> None:
    """Said openly when rows are left out."""
    if shown < total:
        text = _("{shown} of {total} shown; --limit 0 shows all.")
        output.say(text.format(shown=grouped(shown), total=grouped(total)))


def number(row: Document) -> int:
    """People count from 1."""
    return int(row["ordinal"]) + 1


def coded(status: str | None) -> str:
    """``RJCT rejected``."""
    word = status_word(status) if status else ""
    return f"{status} {word}" if word != status else word


def reasons(reasons: list[dict[str, str]]) -> str:
    return "; ".join(f"{each['code']} {each['message']}" for each in reasons)


def joined(*parts: str | None) -> str:
    return " ".join(part for part in parts if part)


def moment(text: str | None) -> str:
    """As it stands in the message, to the minute, with its offset when it has one."""
    return f"{text[:16].replace('T', ' ')}{text[19:] if len(text) > 19 else ''}" if text else ""


def grouped(count: int) -> str:
    from gateway.domain.money import grouped

    return grouped(count, 0)
