"""The evidence tables: what is believed about a file by what is found, one table for each delivery form.

These tables are the code (``gateway.usecases.deliver`` looks a verdict up here), the page ``docs/file.md`` (compared
by a test) and the parameters of the tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from adapters.profile import Delivery


class Stage(StrEnum):
    """Whether any attempt committed its intent to release."""

    UNRELEASED = "not released"
    RELEASED = "released"


class Evidence(StrEnum):
    """What is found; the value is how history and documentation say it."""

    ANSWERED = "a verified answer or booking of the partner"
    CONFIRMED = "the server answered the release with yes"
    MARKED = "our bytes under the final name, with their marker"
    SAME = "our bytes under the final name"
    ARCHIVED = "our bytes in an archive folder"
    MOVING = "a part of our bytes in an archive folder"
    PREFIX = "a part of our bytes under the final name"
    OTHER = "other bytes under the final name or in an archive folder"
    MARKER = "the marker without our bytes"
    SWEPT = "a whole temporary is gone, and we did not remove it"
    NOTHING = "nothing"
    UNSEEN = "no look is possible"


class Verdict(StrEnum):
    DELIVERED = "delivered"
    NOT_DELIVERED = "not delivered"
    """The same bytes may be sent (again)."""
    UNKNOWN = "unknown"
    """Never sent again; the partner's word, or two people."""
    ALARM = "alarm"
    """The partner gets nothing more before two people have looked."""


Row = tuple[Stage, Evidence]
_BEFORE, _AFTER = Stage.UNRELEASED, Stage.RELEASED
_D, _N, _U, _A = Verdict.DELIVERED, Verdict.NOT_DELIVERED, Verdict.UNKNOWN, Verdict.ALARM

_ANY_FORM: Mapping[Row, Verdict] = {
    (_BEFORE, Evidence.ANSWERED): _U,
    (_AFTER, Evidence.ANSWERED): _D,
    (_AFTER, Evidence.CONFIRMED): _D,
}

_SEEN: Mapping[Row, Verdict] = {
    (_BEFORE, Evidence.ARCHIVED): _U,
    (_AFTER, Evidence.ARCHIVED): _D,
    (_BEFORE, Evidence.MOVING): _U,
    (_AFTER, Evidence.MOVING): _U,
    (_BEFORE, Evidence.OTHER): _A,
    (_AFTER, Evidence.OTHER): _A,
    (_BEFORE, Evidence.NOTHING): _N,
    (_AFTER, Evidence.NOTHING): _U,
}
"""Where a look is possible."""

_RENAME: Mapping[Row, Verdict] = {
    **_ANY_FORM,
    **_SEEN,
    (_BEFORE, Evidence.SAME): _U,
    (_AFTER, Evidence.SAME): _D,
    (_BEFORE, Evidence.PREFIX): _A,
    (_AFTER, Evidence.PREFIX): _A,
    (_BEFORE, Evidence.SWEPT): _U,
}

_DIRECT: Mapping[Row, Verdict] = {
    **_ANY_FORM,
    **_SEEN,
    (_BEFORE, Evidence.SAME): _U,
    (_AFTER, Evidence.SAME): _D,
    (_BEFORE, Evidence.PREFIX): _U,
    (_AFTER, Evidence.PREFIX): _U,
}

_MARKER: Mapping[Row, Verdict] = {
    **_ANY_FORM,
    **_SEEN,
    (_BEFORE, Evidence.MARKED): _U,
    (_AFTER, Evidence.MARKED): _D,
    (_BEFORE, Evidence.MARKER): _U,
    (_AFTER, Evidence.MARKER): _U,
    (_BEFORE, Evidence.SAME): _U,
    (_AFTER, Evidence.SAME): _U,
    (_BEFORE, Evidence.PREFIX): _A,
    (_AFTER, Evidence.PREFIX): _A,
    (_BEFORE, Evidence.SWEPT): _U,
}

_DROPBOX: Mapping[Row, Verdict] = {
    **_ANY_FORM,
    (_BEFORE, Evidence.UNSEEN): _N,
    (_AFTER, Evidence.UNSEEN): _U,
}

TABLES: Mapping[Delivery, Mapping[Row, Verdict]] = {
    "rename": _RENAME,
    "direct": _DIRECT,
    "marker": _MARKER,
    "dropbox": _DROPBOX,
}


def verdict(form: Delivery, stage: Stage, evidence: Evidence) -> Verdict:
    """By the table of the form. What it does not know, such as after another form was agreed, is unknown."""
    return TABLES[form].get((stage, evidence), Verdict.UNKNOWN)
