"""The life of a key: made, used, kept for what it signed, destroyed; one rule says which key is used now.

Keys of ours form *lines*: a key, and those that were made to succeed it. ``chitra.toml`` names a line by any of its
keys; what was done with them (``Step``), in its order, says which one a partner meets now.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

ALARM_DAYS = (7, 30, 60)
"""So many days before the end of a certificate somebody is told, more urgently each time."""


_HEX = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_OPENSSH = re.compile(r"[A-Za-z0-9+/]{43}")


class KeyState(StrEnum):
    PRE_ACTIVE = "pre-active"
    """Made, and not used by anybody yet."""
    ACTIVE = "active"
    VERIFY_ONLY = "verify-only"
    """Signs nothing any more; what it signed stays good."""
    DESTROYED = "destroyed"
    """The private half is gone; the certificate stays."""


@dataclass(frozen=True, slots=True)
class Step:
    """What was done with a key; an empty ``partner`` means every one."""

    name: str
    key_id: str
    line: str
    """The first key of its line."""
    purpose: str
    partner: str
    state: KeyState
    at: str


def line_of(name: str, steps: Sequence[Step]) -> str:
    """The line of a key; one that nothing was done with is the first of its own."""
    return next((step.line for step in steps if step.name == name), name)


def in_use(configured: str, partner: str, steps: Sequence[Step]) -> str:
    """The key that is used towards a partner now: of the line of the configured key the one activated last."""
    line = line_of(configured, steps)
    activated = [
        step.name
        for step in steps
        if step.line == line and step.state == KeyState.ACTIVE and step.partner in ("", partner)
    ]
    return activated[-1] if activated else line


def state_of(name: str, steps: Sequence[Step], used: Collection[str]) -> KeyState:
    """The state of a key of ours; ``used`` are those that are used towards any partner now."""
    own = [step.state for step in steps if step.name == name]
    for final in (KeyState.DESTROYED, KeyState.VERIFY_ONLY):
        if final in own:
            return final
    if name in used:
        return KeyState.ACTIVE
    return KeyState.VERIFY_ONLY if _was_used(name, steps) else KeyState.PRE_ACTIVE


def is_retired(name: str, steps: Sequence[Step]) -> bool:
    """Somebody ended its use for good; not merely superseded by another, which can be taken back."""
    return any(step.name == name and step.state == KeyState.VERIFY_ONLY for step in steps)


def _was_used(name: str, steps: Sequence[Step]) -> bool:
    """Activated once, or the first of a line that another key has taken over since."""
    activated = [step for step in steps if step.state == KeyState.ACTIVE]
    return any(name in (step.name, step.line) for step in activated)


def plain_fingerprint(text: str) -> str | None:
    """Hex of a fingerprint as people type it: groups of hex digits (40 of OpenPGP), or OpenSSH's ``SHA256:...``."""
    kind, _, rest = text.strip().partition(":")
    if kind.upper() == "SHA256" and _OPENSSH.fullmatch(rest):
        return b64decode(f"{rest}=").hex()
    plain = re.sub(r"[\s:.-]", "", text).lower()
    return plain if _HEX.fullmatch(plain) else None


def grouped(fingerprint: str) -> str:
    """Hex digits in groups of four, as they are read out and typed."""
    return " ".join(fingerprint[start : start + 4] for start in range(0, len(fingerprint), 4))


def alarm(days_left: int) -> int | None:
    """The narrowest of the limits that so few days are below; None while nobody need be told."""
    return next((limit for limit in ALARM_DAYS if days_left < limit), None)
