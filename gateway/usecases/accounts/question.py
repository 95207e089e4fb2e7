"""The id of a question about an account, which comes back in the answer: of which request, about which account."""

from __future__ import annotations

import re

_QUESTION = re.compile("([A-Z0-9]{1,23})([0-9]{12})")
"""At most 35 of A-Z and 0-9, as of every id of ours."""


def question_id(reference: str, number: int) -> str:
    return f"{reference}{number:012d}"


def of_question(question: str) -> tuple[str, int] | None:
    """(reference of the request, number of the account); None for what is no id of ours."""
    found = _QUESTION.fullmatch(question)
    return (found[1], int(found[2])) if found else None
