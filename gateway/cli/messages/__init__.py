"""Words for every stable code: what happened, to what, and what to do next.

Templates stand by theme in the modules of this package; they are read when the first one is needed, so that help
stays fast. ``{max:,}`` groups an amount or a size as it is written in Viet Nam.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from gateway.cli.words import _

Templates = Mapping[str, str | tuple[str, ...]]
"""code -> its sentence, or several, of which the first that the given parameters fill is taken."""

_CODED = frozenset(
    {"source", "target", "from", "to", "reason", "why", "rule", "operation", "step", "role", "proof", "expected", "got"}
)
"""Parameters whose values are codes themselves."""


def explain(code: str, params: Mapping[str, Any]) -> str:
    """The sentence of a code; without words for it, the code and its parameters. Never raises."""
    return fill(_templates().get(code, ()), params) or _bare(code, params)


def advise(kind: str, params: Mapping[str, Any]) -> str:
    """What an exception of this kind means and what a person does about it; never raises."""
    from gateway.cli.messages.kinds import ADVICE

    return fill(ADVICE.get(kind, ()), params) or _bare(kind, params)


def why_stopped(code: str, params: Mapping[str, Any]) -> str:
    """Why something is stopped: by a person, or what the system saw."""
    return fill(_templates().get(code, ()), params) or phrase(code)


def state_word(state: str) -> str:
    """The state of a payment, batch, file, entry or exception in one or two words."""
    from gateway.cli.messages.states import STATES

    return _(STATES.get(state, state))


def status_word(status: str) -> str:
    """A partner's status of a payment, a file or an entry in a few words; a code that nobody knows as it is."""
    from gateway.cli.messages.states import STATUSES

    return _(STATUSES.get(status, status))


def tie_word(kind: str) -> str:
    """What keeps a day from tying, in a few words; an exception by its kind."""
    from gateway.cli.messages.states import TIES

    return _(TIES[kind]) if kind in TIES else kind_word(kind)


def kind_word(kind: str) -> str:
    """The kind of an exception in a few words."""
    from gateway.cli.messages.kinds import KINDS

    return _(KINDS.get(kind, kind))


@cache
def _templates() -> Templates:
    from gateway.cli.messages import (
        accounts,
        decisions,
        exchange,
        formats,
        integrity,
        people,
        population,
        proofs,
        roster,
        rows,
        work,
    )

    themes = (rows, roster, population, accounts, work, people, exchange, formats, proofs, decisions, integrity)
    return {code: template for theme in themes for code, template in theme.TEMPLATES.items()}


def placeholders(template: str) -> frozenset[str]:
    """Names of the parameters that a template wants."""
    from string import Formatter

    return frozenset(name for _text, name, _spec, _conversion in Formatter().parse(template) if name)


def fill(choices: str | tuple[str, ...], params: Mapping[str, Any]) -> str:
    """The first sentence that the parameters fill, in the chosen language; empty when none is filled."""
    for template in (choices,) if isinstance(choices, str) else choices:
        if placeholders(template) <= params.keys():
            return _(template).format_map(dict(_spoken(params)))
    return ""


def _bare(code: str, params: Mapping[str, Any]) -> str:
    given = ", ".join(f"{name}={value}" for name, value in params.items())
    return f"{code} ({given})" if given else code


def _spoken(params: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Parameters as a sentence shows them: codes by their words, kinds by theirs, numbers ready to be grouped."""
    for name, value in params.items():
        if name in _CODED:
            yield name, phrase(str(value))
        elif name == "kinds":
            yield name, ", ".join(kind_word(kind) for kind in str(value).split(", "))
        else:
            yield name, _Shown(value)


def phrase(value: str) -> str:
    """A value that is a code itself, such as a role, an operation or a direction, in words."""
    from gateway.cli.messages.states import PHRASES, STATES

    return _(PHRASES.get(value) or STATES.get(value) or value)


class _Shown:
    """A value in a sentence; with ``:,`` a number has dots between its thousands, as in 1.234.567."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __format__(self, spec: str) -> str:
        if spec == "," and isinstance(self._value, int):
            return f"{self._value:,}".replace(",", ".")
        return str(self._value) or "-"
