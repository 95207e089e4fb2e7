"""Account messages: acmt.007 and acmt.023 written, their answers acmt.010, acmt.011 and acmt.024 read.

model, elements, write, check   what we write: an opening request, a verification request of any length
answers, fields, read           what is read of all five, any version
"""

from formats.iso20022.acmt.answers import (
    Account,
    Acknowledgement,
    Answer,
    Assigned,
    Item,
    Question,
    Rejection,
    Request,
    Subject,
)
from formats.iso20022.acmt.check import check
from formats.iso20022.acmt.elements import OPENING_VERSIONS, VERIFICATION_VERSIONS
from formats.iso20022.acmt.model import Assignment, Birth, Opening, Person, Verification
from formats.iso20022.acmt.read import read
from formats.iso20022.acmt.write import render_opening, render_verification

__all__ = [
    "OPENING_VERSIONS",
    "VERIFICATION_VERSIONS",
    "Account",
    "Acknowledgement",
    "Answer",
    "Assigned",
    "Assignment",
    "Birth",
    "Item",
    "Opening",
    "Person",
    "Question",
    "Rejection",
    "Request",
    "Subject",
    "Verification",
    "check",
    "read",
    "render_opening",
    "render_verification",
]
