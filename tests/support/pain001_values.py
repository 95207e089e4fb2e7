"""Values of a pain.001: one plain example, and strategies for every value that may be written."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from io import BytesIO
from typing import Any

from hypothesis import strategies as st

from formats.iso20022.pain001 import Account, Agent, Block, Header, Rendered, Transfer, render

HANOI = timezone(timedelta(hours=7))
SIGNATURE = b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo></SignedInfo></Signature>'

BLOCK = Block(
    payment_information_id="CHITRA0000000001P1",
    execution_date=date(2026, 11, 2),
    debtor="UBND PHUONG BA DINH",
    debtor_account=Account("118000123456"),
    debtor_agent=Agent(bicfi="ICBVVNVX"),
    currency="VND",
    category_purpose="GOVT",
    batch_booking=True,
    charge_bearer="DEBT",
)
TRANSFER = Transfer(
    instruction_id="I0000000001",
    end_to_end_id="E0000000001",
    uetr="0f4a6a66-6f3d-4a43-9a55-0f8c7f2f6a11",
    amount=500_000,
    creditor="NGUYEN THI HOA",
    creditor_account=Account("19036112233441"),
    creditor_agent=Agent(member_id="970415", clearing_system="VNNAPAS"),
    purpose="SSBE",
    remittance="TRO CAP THANG 11/2026",
)


def header(transfers: list[Transfer], **changes: Any) -> Header:
    """The header whose count and sum are those of the transfers."""
    values = {
        "message_id": "CHITRA0000000001",
        "created": datetime(2026, 11, 1, 9, 0, tzinfo=HANOI),
        "initiating_party": "UBND PHUONG BA DINH",
        "initiating_party_id": "0100112233",
        "count": len(transfers),
        "control_sum": sum(transfer.amount for transfer in transfers),
        "currency": "VND",
    }
    return Header(**{**values, **changes})


def rendered(
    transfers: list[Transfer], version: str = "pain.001.001.09", block: Block = BLOCK, **changes: Any
) -> tuple[bytes, Rendered]:
    sink = BytesIO()
    result = render(header(transfers, **changes), block, transfers, sink, version)
    return sink.getvalue(), result


def signed(content: bytes, result: Rendered) -> bytes:
    """The message with something that looks like a signature in its envelope."""
    if result.splice_at is None:
        return content
    return content[: result.splice_at] + SIGNATURE + content[result.splice_at :]


def line(length_max: int) -> st.SearchStrategy[str]:
    """One line of printable text, with characters that need escaping."""
    letters = st.characters(exclude_categories=("Cc", "Cs", "Cn", "Zl", "Zp", "Zs"), include_characters=" &<>\"'")
    return st.text(letters, min_size=1, max_size=length_max).filter(lambda text: text == text.strip())


ids = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=35)
accounts = st.builds(Account, st.from_regex(r"[0-9A-Za-z+./-]{1,34}", fullmatch=True), st.none() | line(35))
bics = st.from_regex("[A-Z]{6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3})?", fullmatch=True)
agents = st.builds(Agent, bicfi=bics) | st.builds(Agent, member_id=line(28), clearing_system=st.none() | line(35))
codes = st.none() | st.from_regex("[A-Z0-9]{1,4}", fullmatch=True)
transfers = st.builds(
    Transfer,
    instruction_id=ids,
    end_to_end_id=ids,
    uetr=st.none() | st.uuids(version=4).map(str),
    amount=st.integers(1, 10**12),
    creditor=line(70),
    creditor_account=accounts,
    creditor_agent=st.none() | agents,
    purpose=codes,
    remittance=st.none() | line(140),
    ultimate_creditor=st.none() | line(70),
)
blocks = st.builds(
    Block,
    payment_information_id=ids,
    execution_date=st.dates(date(2000, 1, 1)),
    debtor=line(70),
    debtor_account=accounts,
    debtor_agent=agents,
    currency=st.sampled_from(["VND", "EUR", "KWD"]),
    category_purpose=codes,
    batch_booking=st.booleans(),
    charge_bearer=st.sampled_from(["SLEV", "SHAR", "DEBT", "CRED"]),
)
