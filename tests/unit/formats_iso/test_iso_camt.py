from __future__ import annotations

import io

import pytest

from formats.errors import FormatError, Unreadable
from formats.iso20022 import camt
from formats.iso20022.camt import Entry, Statement

HEAD = (
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>'
    "<GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>S</Id>"
)
TAIL = "</Stmt></BkToCstmrStmt></Document>"
ENTRY = '<Ntry><Amt Ccy="VND">5</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>{}</Ntry>'


def entry(inside: str) -> Entry:
    items = list(camt.read(io.BytesIO((HEAD + ENTRY.format(inside) + TAIL).encode())))
    assert isinstance(items[1], Entry)
    return items[1]


def detail(inside: str) -> camt.Detail:
    return entry(f"<NtryDtls><TxDtls>{inside}</TxDtls></NtryDtls>").details[0]


def test_a_credit_is_positive_and_a_debit_negative() -> None:
    assert entry("").amount == -5


def test_a_detail_has_its_own_sign_or_that_of_its_entry() -> None:
    assert detail('<Amt Ccy="VND">3</Amt>').amount == -3
    assert detail('<Amt Ccy="VND">3</Amt><CdtDbtInd>CRDT</CdtDbtInd>').amount == 3


def test_the_declared_number_of_a_batch_proves_nothing_about_its_details() -> None:
    read = entry("<NtryDtls><Btch><MsgId>M1</MsgId><NbOfTxs>9</NbOfTxs></Btch><TxDtls/></NtryDtls>")
    assert (read.batch_count, len(read.details)) == (9, 1)


def test_several_batches_in_one_entry_are_noted() -> None:
    read = entry("<NtryDtls><Btch><MsgId>A</MsgId></Btch></NtryDtls><NtryDtls><Btch><MsgId>B</MsgId></Btch></NtryDtls>")
    assert read.message_id == "A"
    assert read.problems == ("several_batches",)


def test_details_of_several_groups_are_all_kept_in_order() -> None:
    group = '<NtryDtls><TxDtls><Amt Ccy="VND">{}</Amt></TxDtls></NtryDtls>'
    assert [each.amount for each in entry(group.format(1) + group.format(2)).details] == [-1, -2]


@pytest.mark.parametrize("reason", ["<Cd>AC04</Cd>", "<Prtry>AC04</Prtry>"])
def test_a_return_carries_its_reason(reason: str) -> None:
    read = detail(f"<RtrInf><Rsn>{reason}</Rsn><AddtlInf>DA DONG</AddtlInf></RtrInf>")
    assert (read.is_return, read.return_reason, read.return_text) == (True, "AC04", "DA DONG")


def test_empty_return_information_is_still_a_return() -> None:
    assert detail("<RtrInf/>").is_return


def test_charges_are_deducted_and_a_credited_charge_is_negative() -> None:
    record = '<Rcrd><Amt Ccy="VND">{}</Amt><CdtDbtInd>{}</CdtDbtInd></Rcrd>'
    total = '<TtlChrgsAndTaxAmt Ccy="VND">7</TtlChrgsAndTaxAmt>'
    assert detail(f"<Chrgs>{record.format(5, 'DBIT')}{record.format(2, 'CRDT')}</Chrgs>").charges == 3
    assert detail('<Chrgs><Amt Ccy="VND">5</Amt></Chrgs><Chrgs><Amt Ccy="VND">6</Amt></Chrgs>').charges == 11
    assert detail(f"<Chrgs>{total}</Chrgs>").charges == 7
    assert detail("").charges is None


def test_the_structured_reference_stands_in_for_missing_text() -> None:
    assert detail("<RmtInf><Strd><CdtrRefInf><Ref>RF18</Ref></CdtrRefInf></Strd></RmtInf>").remittance == "RF18"


@pytest.mark.parametrize("entries", [1, 2000])
def test_statement_data_after_the_entries_is_told_or_refused_and_never_lost(entries: int) -> None:
    late = '<Bal><Amt Ccy="VND">1</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>'
    items = camt.read(io.BytesIO((HEAD + ENTRY.format("") * entries + late + TAIL).encode()))
    statement = next(items)
    assert isinstance(statement, Statement)
    if not statement.balances:
        with pytest.raises(Unreadable, match="statement_head_after_entries"):
            list(items)


def test_another_message_is_not_read_as_a_statement() -> None:
    content = HEAD.replace("camt.053.001.08", "pain.002.001.12") + TAIL
    with pytest.raises(Unreadable, match="unexpected_message"):
        camt.read(io.BytesIO(content.encode()))


def test_t6_entries_already_given_stay_when_the_file_ends_in_the_middle() -> None:
    items = camt.read(io.BytesIO((HEAD + ENTRY.format("") * 2).encode()))
    assert isinstance(next(items), Statement)
    with pytest.raises(FormatError):
        list(items)


def test_an_entry_outside_a_statement_is_refused_and_not_lost() -> None:
    content = HEAD + TAIL.replace("</Stmt>", "</Stmt>" + ENTRY.format(""))
    with pytest.raises(Unreadable, match="entry_outside_statement"):
        list(camt.read(io.BytesIO(content.encode())))


@pytest.mark.parametrize(
    ("second", "problem"),
    [
        ('<Amt Ccy="VND">5</Amt>', "several_amounts"),
        ("<CdtDbtInd>CRDT</CdtDbtInd>", "direction_missing"),
    ],
)
def test_an_entry_that_says_two_things_has_no_amount(second: str, problem: str) -> None:
    read = entry(second)
    assert read.amount is None
    assert read.problems == (problem,)


def test_an_amount_without_currency_is_no_amount() -> None:
    content = HEAD + ENTRY.format("").replace(' Ccy="VND"', "") + TAIL
    read = list(camt.read(io.BytesIO(content.encode())))[1]
    assert isinstance(read, Entry)
    assert (read.amount, read.problems) == (None, ("unknown_currency",))


def test_fault_87_a_prefix_that_nobody_declared_hides_no_entry() -> None:
    """libxml2 reads on, with the prefix in the name; found by fuzzing."""
    content = (
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>S1</Id>'
        b'<ns2:Ntry><ns2:Amt Ccy="VND">1</ns2:Amt></ns2:Ntry></Stmt></BkToCstmrStmt></Document>'
    )
    with pytest.raises(Unreadable, match="prefix_undeclared"):
        list(camt.read(io.BytesIO(content)))
