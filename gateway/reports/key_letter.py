"""The key letter: one A4 page for a partner, in Vietnamese and English, with places for two signatures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from string import Template

from gateway.domain.key_life import grouped

_TEMPLATE = Path(__file__).parent / "key_letter.html"
_GROUPS_A_LINE = 4
_PURPOSES = {
    "signing": "Ký tệp lệnh chi · Signature of payment files",
    "transport": "Đăng nhập SFTP · SFTP log-in",
    "openpgp": "Ký và giải mã tệp OpenPGP · OpenPGP: signature and decryption of files",
}


@dataclass(frozen=True, slots=True)
class About:
    """What the page says of a key."""

    organisation: str
    organisation_id: str
    partner: str
    environment: str
    name: str
    purpose: str
    algorithm: str
    subject: str
    fingerprint: str
    """In hex: SHA-256, of OpenPGP its own."""
    shown: str
    """As the key's own tools show it: key id, or OpenSSH's form."""
    not_before: datetime | None
    not_after: datetime | None
    made_at: datetime


def page(about: About) -> str:
    """HTML without any reference outside it."""
    told = {
        "organisation": about.organisation,
        "organisation_id": about.organisation_id,
        "partner": about.partner,
        "environment": about.environment,
        "name": about.name,
        "purpose": _PURPOSES[about.purpose],
        "algorithm": about.algorithm,
        "subject": about.subject,
        "shown": about.shown,
        "not_before": _day(about.not_before),
        "not_after": _day(about.not_after),
        "made_at": _day(about.made_at),
    }
    template = Template(_TEMPLATE.read_text(encoding="utf-8"))
    safe = {name: escape(value) for name, value in told.items()}
    return template.substitute(safe, fingerprint=_lines(about.fingerprint))


def _lines(fingerprint: str) -> str:
    groups = grouped(fingerprint).split()
    starts = range(0, len(groups), _GROUPS_A_LINE)
    return "<br>".join("&nbsp;&nbsp;".join(groups[start : start + _GROUPS_A_LINE]) for start in starts)


def _day(moment: datetime | None) -> str:
    return f"{moment:%d/%m/%Y}" if moment else "–"
