"""Values of a pain.001: one plain example, and strategies for every value that may be written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from io import BytesIO
from typing import Any

from hypothesis import strategies as st

from formats.iso20022.pain001 import (
    Account,
    Address,
    Agent,
    Block,
    Header,
    Party,
    Rendered,
    Transfer,
    render,
)

HANOI = timezone(timedelta(hours=7))
SIGNATURE = b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo></SignedInfo></Signature>'

BLOCK = Block(
    payment_information_id="CHITRA0000000001P1",
    execution_date=date(2026, 11, 2),
    debtor=Party("UBND PHUONG BA DINH"),
    debtor_account=Account("118000123456"),
    debtor_agent=Agent(bicfi="ICBVVNVX"),
    currency="VND",
    count=0,
    control_sum=0,
    category_purpose="GOVT",
    batch_booking=True,
    charge_bearer="DEBT",
)
TRANSFER = Transfer(
    instruction_id="I0000000001",
    end_to_end_id="E0000000001",
    uetr="0f4a6a66-6f3d-4a43-9a55-0f8c7f2f6a11",
    amount=500_000,
    creditor=Party("NGUYEN THI HOA"),
    creditor_account=Account("19036112233441"),
    creditor_agent=Agent(member_id="970415", clearing_system="VNNAPAS"),
    purpose="SSBE",
    remittance="TRO CAP THANG 11/2026",
)
WHOLE = Address("PHO HANG BAI", "12A", "100000", "HA NOI", "QUAN HOAN KIEM", "VN")

Blocks = list[tuple[Block, list[Transfer]]]


def header(blocks: Blocks, **changes: Any) -> Header:
    """The header whose count and sum are those of the transfers."""
    transfers = [transfer for _, rows in blocks for transfer in rows]
    values = {
        "message_id": "CHITRA0000000001",
        "created": datetime(2026, 11, 1, 9, 0, tzinfo=HANOI),
        "initiating_party": Party("UBND PHUONG BA DINH", organisation_id="0100112233"),
        "count": len(transfers),
        "control_sum": sum(transfer.amount for transfer in transfers),
        "currency": blocks[0][0].currency,
    }
    return Header(**{**values, **changes})


def totalled(block: Block, transfers: list[Transfer]) -> Block:
    """The block with the count and sum of these transfers."""
    return replace(block, count=len(transfers), control_sum=sum(transfer.amount for transfer in transfers))


def rendered(
    transfers: list[Transfer], version: str = "pain.001.001.09", block: Block = BLOCK, **changes: Any
) -> tuple[bytes, Rendered]:
    """A message of one block, with an empty place for the signature where the version has one."""
    return rendered_blocks([(totalled(block, transfers), transfers)], version, **changes)


def rendered_blocks(blocks: Blocks, version: str = "pain.001.001.09", **changes: Any) -> tuple[bytes, Rendered]:
    """Header values among ``changes`` go into the header, the others to ``render``."""
    sink = BytesIO()
    options = {key: changes.pop(key) for key in ("sign", "follower", "narrowing") if key in changes}
    result = render(header(blocks, **changes), blocks, sink, version, **options)
    return sink.getvalue(), result


def line(length_max: int) -> st.SearchStrategy[str]:
    """One line of printable text, with characters that need escaping."""
    letters = st.characters(exclude_categories=("C", "Z"), include_characters=" &<>\"'%")
    return st.text(letters, min_size=1, max_size=length_max).filter(lambda text: text == text.strip())


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


ids = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=35)
accounts = st.builds(Account, st.from_regex(r"[0-9A-Za-z+./-]{1,34}", fullmatch=True), maybe(line(35)))
bics = st.from_regex("[A-Z]{6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3})?", fullmatch=True)
agents = st.builds(Agent, bicfi=bics) | st.builds(Agent, member_id=line(28), clearing_system=maybe(line(35)))
codes = maybe(st.from_regex("[A-Z0-9]{1,4}", fullmatch=True))
addresses = st.builds(Address) | st.builds(
    Address,
    street=maybe(line(70)),
    building=maybe(line(16)),
    post_code=maybe(line(16)),
    town=line(35),
    subdivision=maybe(line(35)),
    country=st.from_regex("[A-Z]{2}", fullmatch=True),
)
named = (
    st.builds(Party, line(70), address=addresses)
    | st.builds(Party, line(70), organisation_id=line(35))
    | st.builds(Party, line(70), person_id=line(35))
)
parties = st.builds(Party) | named
transfers = st.builds(
    Transfer,
    instruction_id=ids,
    end_to_end_id=ids,
    amount=st.integers(1, 10**12),
    creditor=named,
    creditor_account=accounts,
    creditor_agent=st.builds(Agent) | agents,
    uetr=maybe(st.uuids(version=4).map(str)),
    ultimate_creditor=parties,
    purpose=codes,
    remittance=maybe(line(140)),
    document=maybe(line(35)),
    reference=maybe(line(35)),
)


def blocks_in(currency: str) -> st.SearchStrategy[Blocks]:
    """A few blocks of this currency with a few transfers each, and their true totals."""
    heads = st.builds(
        Block,
        payment_information_id=ids,
        execution_date=st.dates(date(2000, 1, 1)),
        debtor=named,
        debtor_account=accounts,
        debtor_agent=agents,
        currency=st.just(currency),
        count=st.just(0),
        control_sum=st.just(0),
        batch_booking=st.booleans(),
        charge_bearer=st.sampled_from(["SLEV", "SHAR", "DEBT", "CRED"]),
        category_purpose=codes,
        priority=st.sampled_from([None, "HIGH", "NORM"]),
        service_level=codes,
        ultimate_debtor=parties,
    )
    block = st.tuples(heads, st.lists(transfers, min_size=1, max_size=4))
    return st.lists(block.map(lambda pair: (totalled(*pair), pair[1])), min_size=1, max_size=3)


blocks = st.sampled_from(["VND", "EUR", "KWD"]).flatmap(blocks_in)
