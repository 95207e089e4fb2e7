"""The language of this process: Vietnamese unless ``--lang en`` or ``CHITRA_LANG`` says otherwise."""

from __future__ import annotations

import gettext
import os
from pathlib import Path

LANGUAGES = ("vi", "en")
_LOCALE = Path(__file__).parent / "locale"

_translations: gettext.NullTranslations = gettext.NullTranslations()


def use(language: str) -> None:
    """Choose the language for all words from now on; English is the language of the sources."""
    global _translations
    if language == "en":
        _translations = gettext.NullTranslations()
    else:
        _translations = gettext.translation("chitra", _LOCALE, [language])


def default() -> str:
    wanted = os.environ.get("CHITRA_LANG", "vi")
    return wanted if wanted in LANGUAGES else "vi"


def _(text: str) -> str:
    """The text in the chosen language."""
    return _translations.gettext(text) if text else ""


def N_(text: str) -> str:  # noqa: N802 - the name that translation tools look for
    """Marks a text for translation; it is translated where it is shown."""
    return text
