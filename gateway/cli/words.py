"""The language of this process: Vietnamese unless ``--lang en`` or ``CHITRA_LANG`` says otherwise.

English is the language of the sources. Click's own words ("Usage", "Missing option") are in the same catalogue: click
asks gettext's global functions, and these look into ``LANGUAGE``.
"""

from __future__ import annotations

import gettext
import os
from pathlib import Path

LANGUAGES = ("vi", "en")
DOMAIN = "chitra"
LOCALE = Path(__file__).parent / "locale"

_translations: gettext.NullTranslations = gettext.NullTranslations()
_language = "en"


def use(language: str) -> None:
    """Choose the language for all words from now on."""
    global _translations, _language
    _language = language
    os.environ["LANGUAGE"] = language
    gettext.bindtextdomain(DOMAIN, str(LOCALE))
    gettext.textdomain(DOMAIN)
    _translations = gettext.translation(DOMAIN, LOCALE, [language], fallback=language == "en")


def language() -> str:
    """The chosen one."""
    return _language


def default() -> str:
    wanted = os.environ.get("CHITRA_LANG", "vi")
    return wanted if wanted in LANGUAGES else "vi"


def _(text: str | None) -> str:
    """The text in the chosen language; nothing is nothing."""
    return _translations.gettext(text) if text else ""


def N_(text: str) -> str:  # noqa: N802 - the name that translation tools look for
    """Marks a text for translation; it is translated where it is shown."""
    return text
