"""Lists of people in the many shapes that communes send, read without being told the shape where it can be recognised.

    layout      what is declared about a list; data only
    words       the built-in layout: headings and lines of Vietnamese lists
    sheets      a CSV, or each sheet of a workbook, as lines of texts
    headings    where the heading stands, also in several lines, and which column is which
    lines       what is no person's row: sections, totals, signatures
    rows        one person's row in plain form
    values      dates, months, amounts
    damage      what spreadsheets did to numbers
    sums        sums that a list says of itself
    reading     all of it together

What is not understood is a ``Problem``; nothing that looks like data is passed over, and nothing is mended: what could
be meant is a suggestion to a person.
"""

from formats.lists.layout import Layout
from formats.lists.model import Aside, Problem, Row
from formats.lists.reading import read_list

__all__ = ["Aside", "Layout", "Problem", "Row", "read_list"]
