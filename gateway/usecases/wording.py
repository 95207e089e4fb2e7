"""How our texts are written for a partner; used to check rows at import and again to render, so that both agree."""

from __future__ import annotations

from adapters.profile import Profile
from formats import text

_SENSITIVE = ("HIV", "AIDS", "KHUYET TAT", "TAM THAN", "NGHIEN", "TAN TAT", "DI TAT", "BENH")
"""Words about health or disability; they never travel in a remittance text (Law 91/2025, sensitive data)."""


def name_for(profile: Profile, name: str) -> str:
    """A person's name in the partner's character set; the original stays with us."""
    spelled = text.to_charset(name, profile.charset)
    return spelled.upper() if profile.uppercase_names else spelled


def remittance_for(profile: Profile, note: str, benefit_month: str) -> str:
    """Remittance text: the row's note, or a neutral sentence with the month."""
    wording = note or f"CHI TRA AN SINH XA HOI THANG {benefit_month[5:]}-{benefit_month[:4]}"
    return text.to_charset(wording, profile.charset)


def sensitive(note: str) -> bool:
    """The note speaks of health or disability."""
    plain = f" {text.to_latin(note).upper()} "
    return any(f" {word} " in plain for word in _SENSITIVE)
