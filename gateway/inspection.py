"""Looking at any file a person has: what it is, who signed it by its own word, what a partner would say of it.

Needs no home; with one, a partner's overrides and our accounts there count, too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from adapters import check, registry
from adapters.profile import Profile
from formats.iso20022.explain import explain
from formats.iso20022.explain.counting import FINDINGS_MAX
from formats.iso20022.explain.model import Explanation, Finding
from formats.iso20022.explain.outline import Signature
from gateway.domain.errors import NotConfigured


@dataclass(frozen=True, slots=True)
class Signer:
    """Whose signature it says it is; ``key_id`` is ours for its certificate. Nothing of it is checked."""

    signature: Signature
    subject: str | None
    key_id: str | None


@dataclass(frozen=True, slots=True)
class Inspected:
    """What the file is, its signers by their own word, and what the partner would object to."""

    explanation: Explanation
    signers: tuple[Signer, ...]
    objections: tuple[Finding, ...] = ()
    objections_more: bool = False


@dataclass(frozen=True, slots=True)
class Against:
    """A partner whose rules count, and our accounts there; none when they are not known."""

    profile: Profile
    accounts: Collection[str] = ()


def inspect(source: BinaryIO, limit: int, against: Against | None) -> Inspected:
    """A seekable file; at most ``limit`` rows of each list, all with 0."""
    explanation = explain(source, limit)
    found = list(islice(_objections(source, explanation, against), FINDINGS_MAX + 1))
    return Inspected(
        explanation=explanation,
        signers=tuple(_signer(each) for each in explanation.frame.signatures),
        objections=tuple(found[:FINDINGS_MAX]),
        objections_more=len(found) > FINDINGS_MAX,
    )


def _objections(source: BinaryIO, explanation: Explanation, against: Against | None) -> Iterator[Finding]:
    if against is not None and explanation.version is not None:
        yield from check.findings(against.profile, source, explanation.frame, against.accounts)


def against(home: Path, code: str) -> Against:
    """A partner of the home, else an adapter; raises NotConfigured when it is neither."""
    from gateway import config as configuration
    from gateway.partners import configured_profile

    if (home / configuration.FILE_NAME).is_file():
        config = configuration.load(home)
        if section := config.partners.get(code):
            accounts = {account for payer in config.payers.values() for account in payer.accounts_at(code)}
            return Against(configured_profile(section), frozenset(accounts))
    try:
        return Against(registry.profile(code))
    except registry.UnknownAdapter as error:
        raise NotConfigured(error.code, **error.params) from None


def _signer(signature: Signature) -> Signer:
    from keys.certificates import named
    from keys.errors import BadKey

    try:
        subject, key_id = named(signature.certificate) if signature.certificate else (None, None)
    except BadKey:
        subject, key_id = None, None
    return Signer(signature, subject or signature.subject, key_id)
