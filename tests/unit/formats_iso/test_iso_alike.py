"""What looks like an element already read is read like it: with or without the parser, the same comes out.

A comment behind the declaration makes a document one in which the parser reads everything.
"""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from support import golden

from formats.errors import FormatError
from formats.iso20022 import acmt, alike, camt, pain002

OPENING = '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"{}><BkToCstmrStmt><Stmt><Id>S</Id>'
CLOSING = "</Stmt></BkToCstmrStmt></Document>"
ENTRY = (
    '<Ntry><Amt Ccy="VND">{}</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
    "<AcctSvcrRef>{}</AcctSvcrRef><AddtlNtryInf>{}</AddtlNtryInf></Ntry>"
)
READ = {"acmt": acmt.read, "camt": camt.read, "pain": pain002.read}


def read(content: str | bytes, kind: str = "camt") -> tuple[list[Any], str | None]:
    """Items with their raw XML in canonical form, and the error at the end."""
    items: list[Any] = []
    source = io.BytesIO(content.encode() if isinstance(content, str) else content)
    try:
        for item in READ[kind](source):
            items.append(_canonical(item))
    except FormatError as error:
        return items, str(error)
    return items, None


def _canonical(item: Any) -> Any:
    """Plain values, for raw XML its canonical form."""
    if isinstance(item, bytes):
        root = etree.fromstring(b"<raw>" + item + b"</raw>", etree.XMLParser(recover=True))
        return [etree.tostring(each, method="c14n", exclusive=True, with_tail=False) for each in root]
    if isinstance(item, tuple):
        return [type(item).__name__, *map(_canonical, item)]
    if hasattr(item, "__dataclass_fields__"):
        return [type(item).__name__, *(_canonical(getattr(item, name)) for name in item.__dataclass_fields__)]
    return item


def both_ways(content: str, kind: str = "camt") -> list[tuple[list[Any], str | None]]:
    """Read as it is, and with a comment on a line of its own before everything."""
    return [read(f"{before}\n{content}", kind) for before in ("", "<!---->")]


def parsed(content: str, names: dict[str, int] | None = None) -> int:
    """How many entries the parser has seen."""
    items = alike.stream(io.BytesIO(content.encode()), ("Stmt",), names or {"Ntry": 0, "TxDtls": 8})
    return len({id(item.element) for item in list(items) if item.name == "Ntry"})


def message(*entries: str, opening: str = OPENING.format("")) -> str:
    return "".join((opening, *entries, CLOSING))


def test_entries_that_look_alike_do_not_pass_the_parser() -> None:
    content = message(*[ENTRY.format(number, "R", "x") for number in range(500)])
    assert parsed(content) < 20
    assert parsed(f"<!---->{content}") == 500
    found, read_by_parser = both_ways(content)
    assert found == read_by_parser
    assert len(found[0]) == 501


pieces = st.one_of(
    st.characters(exclude_categories=("Cs",), exclude_characters="<&\x00"),
    st.sampled_from([" ", "\r\n", "\t", "&amp;", "&lt;", "&#7879;", "ệ", ">", "]]>", "\ufffe", "\x01", "\x85", "'"]),
)
texts = st.lists(pieces, max_size=4).map("".join)
odd_entries = st.sampled_from(
    [
        "<Ntry/>",
        '<Ntry><Amt Ccy="VND">1</Amt></Ntry>',
        '<Ntry ><Amt Ccy="VND">1</Amt ></Ntry >',
        '<Ntry><Amt Ccy="EUR">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Ntry>',
        '<Ntry><Amt Ccy="VND" Odd="&gt;">1</Amt></Ntry>',
        '<x:Ntry xmlns:x="urn:x"><x:Amt Ccy="VND">1</x:Amt></x:Ntry>',
        "<x:Ntry/>",
        "<Ntry>text<Sts>INFO</Sts></Ntry>",
        "<Ntry><Unknown>1</Unknown></Ntry>",
        "<Ntry><Sts>BOOK</Ntry>",
        "<Bal/>",
        "</Stmt><Stmt>",
        " \n",
        "<!-- </Ntry> -->",
        "<![CDATA[</Ntry>]]>",
        "<?pi </Ntry>?>",
        "&amp;",
    ]
)
plain_entries = st.builds(ENTRY.format, st.integers(0, 10**19), texts, texts)


@given(st.lists(st.one_of(plain_entries, plain_entries, odd_entries), min_size=1, max_size=30))
def test_whatever_stands_between_them_both_ways_give_the_same(entries: list[str]) -> None:
    content = message(*[ENTRY.format(1, "R", "x")] * 40, *entries, ENTRY.format(2, "R", "y"))
    found, read_by_parser = both_ways(content)
    assert found == read_by_parser


@pytest.mark.parametrize("details", [1, 7, 8, 9, 30, 3000])
def test_details_of_long_entries_are_found_again_as_well(details: int) -> None:
    one = '<TxDtls><Refs><EndToEndId>E{}</EndToEndId></Refs><Amt Ccy="VND">{}</Amt></TxDtls>'
    inside = "".join(one.format(number, number) for number in range(details))
    entry = f'<Ntry><Amt Ccy="VND">1</Amt><CdtDbtInd>DBIT</CdtDbtInd><NtryDtls>{inside}</NtryDtls></Ntry>'
    content = message(*[entry] * 3)
    found, read_by_parser = both_ways(content)
    assert found == read_by_parser
    assert [len(item[-1 - list(camt.Entry._fields)[::-1].index("details")]) - 1 for item in found[0][1:]] == [
        details
    ] * 3


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_parts_of_any_size_give_the_same(size: int) -> None:
    """A source that gives a few bytes at a time, with letters of several bytes."""
    content = message(*[ENTRY.format(number, "R", "Nguyễn Thị Hòa") for number in range(40)]).encode()

    class Slow(io.BytesIO):
        def read(self, wanted: int | None = -1) -> bytes:  # type: ignore[override]
            return super().read(min(size, wanted) if wanted and wanted > 0 else size)

    assert list(camt.read(Slow(content))) == list(camt.read(io.BytesIO(content)))


def test_an_element_found_again_is_kept_with_the_namespaces_around_it() -> None:
    entry = '<Ntry><Amt Ccy="VND">1</Amt><CdtDbtInd>DBIT</CdtDbtInd><x:Odd>{}</x:Odd></Ntry>'
    content = message(*[entry.format(number) for number in range(40)], opening=OPENING.format(' xmlns:x="urn:a&amp;b"'))
    found, read_by_parser = both_ways(content)
    assert found == read_by_parser
    assert parsed(content) < 20
    assert b"39</x:Odd>" in found[0][-1][-1][0]


def test_a_prefix_that_is_not_declared_here_is_refused_though_it_was_before() -> None:
    entry = '<x:Ntry><Amt Ccy="VND">1</Amt></x:Ntry>'
    first = '<Stmt xmlns:x="urn:x">' + entry * 20 + "</Stmt><Stmt>"
    content = message(first, "<Ntry/>", entry * 3).replace("<Stmt><Id>S</Id><Stmt", "<Stmt/><Stmt")
    found, read_by_parser = both_ways(content)
    assert found == read_by_parser
    assert found[1] is not None


def test_an_error_far_behind_names_its_place_in_the_whole_file() -> None:
    content = message(*["\n" + ENTRY.format(number, "R", "x") for number in range(300)], "\n<Ntry>")
    items, error = read(content)
    assert len(items) == 301
    assert error == "not_well_formed(line=302, column=14)"


@pytest.mark.parametrize("path", golden.messages(), ids=lambda path: path.stem)
def test_every_message_repeated_reads_like_its_first(path: Any) -> None:
    """The fixture with its entries twenty times over."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return
    kind = path.name[:4]
    tree = etree.fromstring(text.encode())
    for name in ("Ntry", "TxDtls", "TxInfAndSts"):
        for element in tree.findall(f".//{{*}}{name}"):
            twins = etree.tostring(element, with_tail=False)
            parent = element.getparent()
            assert parent is not None
            for _ in range(19 if name == "Ntry" else 9):
                parent.insert(parent.index(element), etree.fromstring(twins))
    many = etree.tostring(tree, encoding="unicode")
    found, read_by_parser = both_ways(many, kind)
    assert found == read_by_parser
