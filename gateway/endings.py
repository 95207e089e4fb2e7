"""Certificates in use and when they end: ours that sign or wait to sign, and of each partner the one that ends last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from gateway import lifecycle
from gateway.domain.key_life import KeyState
from gateway.partners import believed, configured_profile, trusted, uses_openpgp
from gateway.proof import translated

if TYPE_CHECKING:
    from gateway.app import App

_COUNTED = (KeyState.ACTIVE, KeyState.PRE_ACTIVE)


@dataclass(frozen=True, slots=True)
class Ending:
    """``holder`` is a key of ours, or a partner's code, with ``openpgp`` behind it for its certificate of that kind."""

    holder: str
    partner: bool
    not_before: datetime | None
    not_after: datetime

    def days_left(self, now: datetime) -> int:
        """Whole days; negative when it has ended."""
        return (self.not_after - now).days


def endings(app: App) -> list[Ending]:
    """By what ends first."""
    return sorted([*_ours(app), *_theirs(app)], key=lambda each: each.not_after)


def _ours(app: App) -> Iterator[Ending]:
    for each in lifecycle.held(app):
        if each.info.purpose == "signing" and each.state in _COUNTED:
            yield _last(each.info.name, False, [app.keyring.certificate(each.info.name)])
    yield from _of_openpgp(app)


def _theirs(app: App) -> Iterator[Ending]:
    """For a change-over two are pinned: the one that ends last is what matters."""
    for code in app.config.partners:
        if pinned := trusted(app, code):
            yield _last(code, True, pinned)


def _of_openpgp(app: App) -> Iterator[Ending]:
    """Our keys in use, and of each partner the certificate that ends last."""
    from keys import pgp

    found: dict[str, Ending] = {}
    for code, section in app.config.partners.items():
        if not uses_openpgp(configured_profile(section)):
            continue
        sides = [(f"{code} openpgp", True, [each.not_after for each in believed(app, code, "openpgp")])]
        for name in lifecycle.openpgp_keys(app, code).names[:1]:
            with translated():
                sides.append((name, False, [pgp.describe(app.keyring.openpgp_certificate(name)).not_after]))
        for holder, partner, known in sides:
            ends = [each for each in known if each is not None]
            if known and len(ends) == len(known):
                found[holder] = Ending(holder, partner, None, max(ends))
    yield from found.values()


def _last(holder: str, partner: bool, pems: Sequence[bytes]) -> Ending:
    from keys import certificates

    with translated():
        found = max((each for pem in pems for each in certificates.load(pem)), key=lambda c: c.not_valid_after_utc)
    return Ending(holder, partner, found.not_valid_before_utc, found.not_valid_after_utc)
