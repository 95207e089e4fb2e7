"""Looking alike is not being alike: what is remembered of one shape never leaks into another."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from formats.iso20022 import camt
from formats.iso20022.layout import layout
from formats.iso20022.xml import Reader

trees = st.recursive(
    st.sampled_from(["", " ", "1", "2"]),
    lambda inner: st.lists(st.tuples(st.sampled_from(["a", "b", "Amt"]), inner), min_size=1, max_size=4),
    max_leaves=12,
)


def element(name: str, content: object) -> etree._Element:
    made = etree.Element(name, Ccy="VND")
    if isinstance(content, str):
        made.text = content
    else:
        assert isinstance(content, list)
        made.extend([element(*each) for each in content])
    return made


def texts(around: etree._Element, path: str) -> list[str]:
    found = around.xpath(f"{path}[not(*)]")
    assert isinstance(found, list)
    return [text for each in found if (text := (each.text or "").strip())]


@given(trees)
def test_texts_are_those_an_independent_path_finds(content: object) -> None:
    root = element("root", content)
    reader = Reader(root)
    for path in ("a", "b", "a/b", "b/a", "a/a/b", "Amt", "a/Amt", "Amt/Amt"):
        assert reader.all(path) == texts(root, path)
        assert reader.has(path) == bool(root.xpath(path))
        assert [each.element for each in reader.each(path)] == root.xpath(path)
        for each in reader.each(path):
            assert each.all("b") == texts(each.element, "b")
        assert reader.text(f"{path}/@Ccy") == ("VND" if path.endswith("Amt") and texts(root, path) else None)


def test_the_same_names_in_another_nesting_are_another_shape() -> None:
    inside, beside = (Reader(etree.fromstring(xml)) for xml in ("<r><a><b>1</b></a></r>", "<r><a/><b>1</b></r>"))
    assert (inside.text("a/b"), inside.text("b")) == ("1", None)
    assert (beside.text("a/b"), beside.text("b")) == (None, "1")


def test_small_shapes_are_remembered_and_large_ones_are_not() -> None:
    small, large = (("a",) * size for size in (10, 1000))
    assert layout(small, (0,) * 10) is layout(small, (0,) * 10)
    assert layout(large, (0,) * 1000) is not layout(large, (0,) * 1000)


@pytest.mark.parametrize("count", [1, 8, 9, 300])
def test_an_entry_of_many_details_is_read_like_one_of_few(count: int) -> None:
    detail = '<TxDtls><Refs><EndToEndId>E{}</EndToEndId></Refs><Amt Ccy="VND">{}</Amt></TxDtls>'
    details = "".join(detail.format(number, number + 1) for number in range(count))
    content = (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Ntry>'
        '<Amt Ccy="VND">9</Amt><CdtDbtInd>DBIT</CdtDbtInd><AcctSvcrRef>R</AcctSvcrRef>'
        f"<NtryDtls><Btch><MsgId>M</MsgId></Btch>{details}</NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>"
    )
    _, entry = camt.read(io.BytesIO(content.encode()))
    assert isinstance(entry, camt.Entry)
    assert (entry.amount, entry.servicer_reference, entry.message_id) == (-9, "R", "M")
    assert [each.end_to_end_id for each in entry.details] == [f"E{number}" for number in range(count)]
    assert [each.amount for each in entry.details] == [-number - 1 for number in range(count)]
