"""Lists in CSV and XLSX: what is read, what is reported, and that nothing is guessed."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from formats.tabular import Column, Problem, Row, read, write_csv, write_xlsx

COLUMNS = (
    Column("payment_ref", ("mã chi trả", "mã khoản chi"), required=True),
    Column("name", ("họ và tên",), required=True),
    Column("month", ("tháng hưởng",), kind="month"),
    Column("amount", ("số tiền",)),
    Column("account", ("số tài khoản",), kind="digits"),
)
HEADER = "payment_ref,name,month,amount,account\n"


def of_csv(text: str | bytes, columns: tuple[Column, ...] = COLUMNS) -> tuple[list[Row], list[tuple[int, str, str]]]:
    data = text.encode() if isinstance(text, str) else text
    return split(list(read(io.BytesIO(data), columns, "list.csv")))


def of_xlsx(data: bytes) -> tuple[list[Row], list[tuple[int, str, str]]]:
    return split(list(read(io.BytesIO(data), COLUMNS, "List.XLSX")))


def split(items: list[Row | Problem]) -> tuple[list[Row], list[tuple[int, str, str]]]:
    rows = [item for item in items if isinstance(item, Row)]
    problems = [(item.row, item.field, item.code) for item in items if isinstance(item, Problem)]
    return rows, problems


def workbook(cells: dict[str, object], sheets: int = 1, header: bool = True, **formats: str) -> bytes:
    """A workbook with the header of ``COLUMNS`` and some cells; ``formats`` are number formats by cell."""
    sink = io.BytesIO()
    book = xlsxwriter.Workbook(sink)
    sheet = book.add_worksheet()
    if header:
        sheet.write_row(0, 0, [column.name for column in COLUMNS])
    for place, value in cells.items():
        style = book.add_format({"num_format": formats[place]}) if place in formats else None
        sheet.write(place, value, style)
    for _ in range(sheets - 1):
        book.add_worksheet().write("A1", "more")
    book.close()
    return sink.getvalue()


def repacked(data: bytes, member: str, change: object) -> bytes:
    """The same archive with one member's text changed."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == member else content)  # type: ignore[operator]
    return sink.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


class TestCsv:
    @pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
    @pytest.mark.parametrize("delimiter", [",", ";"])
    def test_both_delimiters_with_and_without_bom_give_the_same_rows(self, delimiter: str, mark: bytes) -> None:
        text = (HEADER + "R1,Nguyễn Thị Đào,2026-11,540000,0123\n").replace(",", delimiter)
        rows, problems = of_csv(mark + text.encode())
        assert problems == []
        assert rows == [
            Row(
                2,
                {
                    "payment_ref": "R1",
                    "name": "Nguyễn Thị Đào",
                    "month": "2026-11",
                    "amount": "540000",
                    "account": "0123",
                },
            )
        ]

    @pytest.mark.parametrize("heading", ["Họ và tên", "HO VA TEN", "ho_va_ten", " Ho va tên "])
    def test_vietnamese_headings_are_known_with_and_without_accents(self, heading: str) -> None:
        rows, problems = of_csv(f"Mã chi trả;{heading}\nR1;Lan\n")
        assert problems == []
        assert (rows[0].values["payment_ref"], rows[0].values["name"]) == ("R1", "Lan")

    def test_columns_in_another_order_are_found_by_their_headings(self) -> None:
        rows, _ = of_csv("name,payment_ref\nLan,R1\n")
        assert rows[0].values["payment_ref"] == "R1"
        assert rows[0].values["amount"] == ""

    def test_every_missing_required_column_is_named_and_no_row_is_read(self) -> None:
        rows, problems = of_csv("month,amount\n2026-11,1\n")
        assert rows == []
        assert problems == [(1, "payment_ref", "column_missing"), (1, "name", "column_missing")]

    def test_an_unknown_column_is_a_finding_and_the_rows_are_read(self) -> None:
        items = list(read(io.BytesIO(b"payment_ref,name,phone\nR1,Lan,1\n"), COLUMNS, "a.csv"))
        assert items[0] == Problem(1, "", "unknown_column", {"column": 3}, blocking=False)
        assert isinstance(items[1], Row)

    def test_a_column_given_twice_is_refused(self) -> None:
        assert of_csv("payment_ref,name,Họ và tên\nR1,Lan,Mai\n") == ([], [(1, "name", "column_twice")])

    def test_an_empty_file_misses_its_columns(self) -> None:
        assert of_csv("")[1] == [(1, "payment_ref", "column_missing"), (1, "name", "column_missing")]

    def test_row_numbers_are_those_of_the_sheet(self) -> None:
        rows, problems = of_csv('payment_ref,name\nR1,"two\nlines"\n\n,\nR5,Mai\n')
        assert [row.number for row in rows] == [2, 5]
        assert problems == [(2, "name", "line_break")]
        assert rows[0].damaged == {"name"}

    def test_short_and_long_rows_are_reported_and_the_others_read(self) -> None:
        rows, problems = of_csv("payment_ref,name\nR1\nR2,Lan,x\nR3,Mai,\nR4,Hoa\n")
        assert problems == [(2, "", "fields_missing"), (3, "", "fields_extra")]
        assert [row.values["payment_ref"] for row in rows] == ["R3", "R4"]

    def test_an_open_quote_stops_at_the_row_where_it_opens(self) -> None:
        rows, problems = of_csv('payment_ref,name\nR1,Lan\nR2,"Mai\nR3,Hoa\n')
        assert [row.number for row in rows] == [2]
        assert problems == [(3, "", "quote_unbalanced")]

    def test_quotes_and_delimiters_inside_quotes_are_text(self) -> None:
        rows, _ = of_csv('payment_ref,name\nR1,"Lan, ""Mai"""\n')
        assert rows[0].values["name"] == 'Lan, "Mai"'

    def test_bytes_that_are_not_utf8_are_reported_by_row_and_field(self) -> None:
        rows, problems = of_csv(b"payment_ref,name\nR1,Lan\nR2,Nguy\xd4n\nR3,Mai\n")
        assert problems == [(3, "name", "not_utf8")]
        assert [row.number for row in rows] == [2, 3, 4]

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
    def test_other_unicode_encodings_are_refused_at_the_header(self, encoding: str) -> None:
        assert of_csv((HEADER + "R1,Lan,,,\n").encode(encoding)) == ([], [(1, "", "not_utf8")])

    def test_a_header_cell_may_hold_a_line_break(self) -> None:
        rows, problems = of_csv('payment_ref,"Họ và\ntên"\nR1,Lan\n')
        assert problems == []
        assert (rows[0].number, rows[0].values["name"]) == (2, "Lan")

    def test_a_line_without_end_is_refused_in_bounded_memory(self) -> None:
        _, problems = of_csv("payment_ref,name\nR1," + "x" * (1 << 20) + "\n")
        assert problems == [(0, "", "line_too_long")]

    def test_the_callers_stream_stays_open(self) -> None:
        stream = io.BytesIO(b"payment_ref,name\nR1,Lan\n")
        list(read(stream, COLUMNS, "a.csv"))
        assert not stream.closed

    @given(st.binary(max_size=300))
    def test_any_bytes_give_rows_or_problems_and_never_an_error(self, data: bytes) -> None:
        of_csv(HEADER.encode() + data)
        of_csv(data)


class TestXlsx:
    def test_text_cells_keep_their_zeros_and_numbers_their_digits(self) -> None:
        rows, problems = of_xlsx(workbook({"A2": "R1", "B2": 123456789012, "D2": 540000}))
        assert problems == []
        assert (rows[0].values["name"], rows[0].values["amount"]) == ("123456789012", "540000")

    def test_a_number_where_leading_zeros_matter_is_a_problem(self) -> None:
        rows, problems = of_xlsx(workbook({"A2": "R1", "B2": "Lan", "E2": 71000123456}))
        assert problems == [(2, "account", "number_for_text")]
        assert rows[0].damaged == {"account"}

    def test_a_number_beyond_fifteen_digits_is_a_problem(self) -> None:
        _, problems = of_xlsx(workbook({"A2": "R1", "B2": "Lan", "D2": 1234567890123456789}))
        assert problems == [(2, "amount", "number_imprecise")]

    def test_a_fraction_stays_visible(self) -> None:
        rows, _ = of_xlsx(workbook({"A2": "R1", "B2": "Lan", "D2": 1000.5}))
        assert rows[0].values["amount"] == "1000.5"

    def test_zeros_shown_by_the_number_format_are_kept(self) -> None:
        rows, _ = of_xlsx(workbook({"A2": "R1", "B2": 1234567890}, B2="000000000000"))
        assert rows[0].values["name"] == "001234567890"

    def test_dates_are_iso_and_a_month_is_a_month(self) -> None:
        rows, _ = of_xlsx(workbook({"A2": "R1", "B2": 46327, "C2": 46327}, B2="dd/mm/yyyy", C2="yyyy-mm"))
        assert (rows[0].values["name"], rows[0].values["month"]) == ("2026-11-01", "2026-11")

    def test_formula_errors_and_booleans_are_problems(self) -> None:
        data = workbook({"A2": "R1", "B2": True, "D2": "x"})
        broken = repacked(data, SHEET, lambda text: re.sub(rb'(<c r="D2") t="s"><v>\d+', rb'\1 t="e"><v>#N/A', text))
        _, problems = of_xlsx(broken)
        assert problems == [(2, "name", "cell_boolean"), (2, "amount", "cell_error")]

    def test_row_numbers_are_those_of_the_sheet(self) -> None:
        rows, _ = of_xlsx(workbook({"A2": "R1", "B2": "Lan", "A9": "R2", "B9": "Mai", "A12": " "}))
        assert [row.number for row in rows] == [2, 9]

    def test_a_second_sheet_with_content_is_reported(self) -> None:
        rows, problems = of_xlsx(workbook({"A2": "R1", "B2": "Lan"}, sheets=2))
        assert problems == [(0, "", "sheet_extra")]
        assert len(rows) == 1

    def test_cells_beyond_the_header_are_reported(self) -> None:
        _, problems = of_xlsx(workbook({"A2": "R1", "B2": "Lan", "H2": "?"}))
        assert problems == [(2, "", "fields_extra")]

    def test_a_sheet_that_does_not_begin_with_its_header_is_refused(self) -> None:
        assert of_xlsx(workbook({"A3": "payment_ref", "B3": "name"}, header=False)) == ([], [(1, "", "header_missing")])

    def test_a_line_break_in_a_cell_is_a_problem(self) -> None:
        assert of_xlsx(workbook({"A2": "R1", "B2": "two\nlines"}))[1] == [(2, "name", "line_break")]

    def test_t6_a_cell_in_the_last_corner_costs_nothing(self) -> None:
        _, problems = of_xlsx(workbook({"A2": "R1", "B2": "Lan", "XFD1048576": "far"}))
        assert problems == [(1048576, "", "fields_extra")]

    def test_t6_a_small_archive_that_unpacks_large_is_refused_unread(self) -> None:
        data = repacked(workbook({}), SHEET, lambda text: text + b" " * (64 << 20))
        assert len(data) < 100_000
        assert of_xlsx(data) == ([], [(0, "", "workbook_too_large")])

    def test_a_member_larger_than_it_declares_is_unreadable(self) -> None:
        data = bytearray(workbook({"A2": "R1", "B2": "Lan"}))
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            declared = archive.getinfo(SHEET).file_size.to_bytes(4, "little")
        for place in (match.start() for match in re.finditer(re.escape(declared), bytes(data))):
            data[place : place + 4] = (30).to_bytes(4, "little")
        assert of_xlsx(bytes(data))[1] == [(0, "", "workbook_unreadable")]

    @pytest.mark.parametrize("member", [SHEET, "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"])
    def test_a_doctype_is_refused(self, member: str) -> None:
        doctype = b'<!DOCTYPE x [<!ENTITY e "expanded">]>'
        data = repacked(
            workbook({"A2": "R1", "B2": "Lan"}),
            member,
            lambda text: text.replace(b'standalone="yes"?>\n', b'standalone="yes"?>\n' + doctype),
        )
        assert of_xlsx(data)[1] == [(0, "", "doctype")]

    @pytest.mark.parametrize("text", [b"", b"PK\x03\x04", b"payment_ref,name\nR1,Lan\n"])
    def test_what_is_no_workbook_is_one_problem(self, text: bytes) -> None:
        assert of_xlsx(text) == ([], [(0, "", "workbook_unreadable")])

    def test_fault_86_a_workbook_without_its_beginning_is_unreadable(self) -> None:
        data = workbook({"A2": "R1", "B2": "Lan"})
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            start = archive.getinfo("xl/workbook.xml").header_offset
        assert of_xlsx(data[start + 1 :]) == ([], [(0, "", "workbook_unreadable")])

    def test_fault_86_a_member_packed_as_no_workbook_may_be_is_unreadable(self) -> None:
        data = bytearray(workbook({"A2": "R1", "B2": "Lan"}))
        for start, field in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
            for place in (match.start() + field for match in re.finditer(re.escape(start), bytes(data))):
                data[place : place + 2] = zipfile.ZIP_BZIP2.to_bytes(2, "little")
        assert of_xlsx(bytes(data)) == ([], [(0, "", "workbook_unreadable")])

    @given(st.integers(0, 6000), st.binary(min_size=1, max_size=8))
    def test_damaged_workbooks_give_rows_or_problems_and_never_an_error(self, place: int, noise: bytes) -> None:
        data = bytearray(DAMAGEABLE)
        place %= len(data)
        data[place : place + len(noise)] = noise
        of_xlsx(bytes(data))

    @given(st.binary(min_size=1, max_size=6), st.integers(0, 2000))
    def test_damaged_sheets_give_rows_or_problems_and_never_an_error(self, noise: bytes, place: int) -> None:
        def damage(text: bytes) -> bytes:
            at = place % len(text)
            return text[:at] + noise + text[at + len(noise) :]

        of_xlsx(repacked(DAMAGEABLE, SHEET, damage))


DAMAGEABLE = workbook({"A2": "R1", "B2": "Lan", "C2": 46327, "D2": 540000, "E2": "0123"}, C2="yyyy-mm")


def test_an_unknown_ending_is_one_problem(tmp_path: Path) -> None:
    path = tmp_path / "list.ods"
    path.write_bytes(b"PK")
    assert list(read(path, COLUMNS, path.name)) == [Problem(0, "", "list_format_unknown", {"suffix": ".ods"})]


DANGEROUS = ["=1+1", "+84 90", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")']


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_csv_cell_begins_like_a_formula(text: str) -> None:
    sink = io.BytesIO()
    write_csv(sink, ["name", "amount"], [(text, -5)])
    row = list(csv.reader(io.StringIO(sink.getvalue().decode("utf-8-sig"))))[1]
    assert not row[0].startswith(("=", "+", "-", "@", "\t"))
    assert row[1] == "-5"


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_xlsx_cell_is_a_formula_or_a_link(text: str) -> None:
    sink = io.BytesIO()
    write_xlsx(sink, ["name"], [(text,)])
    with zipfile.ZipFile(sink) as archive:
        sheet = archive.read(SHEET)
        assert b"<f>" not in sheet
        assert b"hyperlink" not in sheet


def test_terminal_escapes_do_not_reach_a_list() -> None:
    sink = io.BytesIO()
    write_csv(sink, ["name"], [("Lan\x1b[31m\nMai",)])
    assert sink.getvalue().decode("utf-8-sig") == "name\r\nLan[31mMai\r\n"


@pytest.mark.parametrize(("write", "name"), [(write_csv, "a.csv"), (write_xlsx, "a.xlsx")])
def test_what_we_write_we_read_back(write: object, name: str) -> None:
    sink = io.BytesIO()
    rows = [("R1", "Nguyễn Thị Đào", "0071000123456"), ("R2", 'Đặng, "Hoà"; x', "")]
    write(sink, ["payment_ref", "name", "account"], rows)  # type: ignore[operator]
    sink.seek(0)
    read_back = [item for item in read(sink, COLUMNS, name) if isinstance(item, Row)]
    assert [tuple(row.values[key] for key in ("payment_ref", "name", "account")) for row in read_back] == rows


def test_the_same_rows_give_the_same_workbook() -> None:
    first, second = io.BytesIO(), io.BytesIO()
    for sink in (first, second):
        write_xlsx(sink, ["name"], [("Lan",)])
    assert first.getvalue() == second.getvalue()
