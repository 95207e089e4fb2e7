"""What a simulated bank reads in our files, and its ledger: by its own plain reading, with nothing of ours."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from lxml import etree

_NAMESPACE = "{*}"
END = b"</Document>"
"""How a whole file ends."""


@dataclass
class Line:
    """One transfer of a file of ours, as the bank read it."""

    end_to_end_id: str
    amount: int
    account: str
    state: str = "taken"
    """taken, rejected, debited, returned, reversed."""
    in_sum: bool = False
    """Debited with others as one sum."""


@dataclass
class Order:
    """One file of ours, as it lay under a final name."""

    name: str
    content: bytes
    message_id: str
    block_id: str
    count: int
    control_sum: int
    lines: list[Line]
    answered: bool = False


def read_order(name: str, content: bytes) -> Order:
    """By the bank's own plain reading; raises when these are no whole orders."""
    root = etree.fromstring(content)

    def text(element: etree._Element, path: str) -> str:
        return str(element.findtext("/".join(f"{_NAMESPACE}{part}" for part in path.split("/"))))

    message = root.find(f"{_NAMESPACE}CstmrCdtTrfInitn")
    assert message is not None
    transfers = message.findall(f"{_NAMESPACE}PmtInf/{_NAMESPACE}CdtTrfTxInf")
    lines = [
        Line(
            text(each, "PmtId/EndToEndId"),
            int(text(each, "Amt/InstdAmt")),
            text(each, "CdtrAcct/Id/Othr/Id"),
        )
        for each in transfers
    ]
    return Order(
        name,
        content,
        text(message, "GrpHdr/MsgId"),
        text(message, "PmtInf/PmtInfId"),
        int(text(message, "GrpHdr/NbOfTxs")),
        int(text(message, "GrpHdr/CtrlSum")),
        lines,
    )


_RECALL = b"<CstmrPmtCxlReq>"


def is_recall(content: bytes) -> bool:
    return _RECALL in content


def read_recall(content: bytes) -> tuple[str, str]:
    """(message id, end-to-end id of the payment that shall not be executed) of a camt.055."""
    root = etree.fromstring(content)
    message_id = root.findtext(f".//{_NAMESPACE}Assgnmt/{_NAMESPACE}Id")
    return str(message_id), str(root.findtext(f".//{_NAMESPACE}OrgnlEndToEndId"))


@dataclass
class Ledger:
    """What the bank did with our account: the truth of every run."""

    debited: Counter[str] = field(default_factory=Counter)
    """End-to-end id -> how often a file ordered it under a final name."""
    booked: set[str] = field(default_factory=set)
    rejected: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)
    """Booked, and told to us."""
    returned: set[str] = field(default_factory=set)
    returned_short: set[str] = field(default_factory=set)
    """Returned less charges."""
    reversed: set[str] = field(default_factory=set)
    foreign: int = 0
    """Debits booked that nobody of us ordered."""
