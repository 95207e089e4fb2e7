"""Markup of one kind of record - GrpHdr, PmtInf, CdtTrfTxInf - from the table, in one version, for one partner.

The markup of a record depends on which of its values are there and on nothing else, so it is worked out once for each
such shape: a template, one pattern for all values together, and the text that a reader must find again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress, repeat, takewhile
from operator import attrgetter, eq, is_not
from typing import Any, NamedTuple, NoReturn

from formats import text
from formats.errors import Unrenderable
from formats.iso20022.pain001 import rules
from formats.iso20022.pain001.elements import ALWAYS, Element, Narrowing
from formats.iso20022.pain001.extract import RECORD_END, line
from formats.iso20022.xml import escape

_TO_ESCAPE = re.compile(r"[&<>]")


class Written(NamedTuple):
    """Canonical markup of records, and their values as the read-back gives them (see ``extract``)."""

    markup: str
    text: str


@dataclass(frozen=True, slots=True)
class _Shape:
    """Records with the same values there; both templates take exactly these, in the order of the table."""

    fields: tuple[str, ...]
    fits: Callable[[str], object]
    markup: str
    text: str


class _Taken(NamedTuple):
    """A record's values that are there, in the order of the table: as they are written, and as they are."""

    shape: _Shape
    present: tuple[str, ...]
    raw: tuple[str, ...]
    joined: str


class Form:
    """How records of one kind are written; ``element`` stands around each, and is empty when the caller writes it."""

    def __init__(
        self, element: str, elements: tuple[Element, ...], version: str, currency: str, narrowing: Narrowing
    ) -> None:
        self._around = f"<{element}>%s</{element}>" if element else "%s"
        self._elements = elements
        self._version, self._currency, self._narrowing = version, currency, narrowing
        self._valued = tuple(each for each in elements if each.fixed is None)
        self._values: Callable[[Any], tuple[Any, ...]] = attrgetter(*(each.field for each in self._valued))
        writers = enumerate(each.rule.write for each in self._valued)
        self._writers = [(place, write) for place, write in writers if write is not rules.as_it_is]
        self._shapes: dict[tuple[bool, ...], _Shape] = {}

    def write(self, records: Iterable[object]) -> Written:
        """The markup of all these, which their number bounds; raises Unrenderable for the first broken rule."""
        taken = [self._taken(record) for record in records]
        everything = "".join([each.joined for each in taken])
        if text.outside(everything.replace("\n", ""), self._narrowing.charset):
            self._refuse_character(taken)
        if _TO_ESCAPE.search(everything):
            taken = [each._replace(present=tuple(map(escape, each.present))) for each in taken]
        markup = "".join([each.shape.markup % each.present for each in taken])
        return Written(markup, "".join([each.shape.text % each.raw for each in taken]))

    def _taken(self, record: object) -> _Taken:
        """The values that are there, which keep the rules of their elements."""
        values = self._texts(record)
        there = tuple(map(is_not, values, repeat(None)))
        shape = self._shapes.get(there) or self._new_shape(there)
        present: tuple[Any, ...] = tuple(compress(values, there))
        joined = "\n".join(present)
        if not shape.fits(joined):
            self._refuse(values)
        return _Taken(shape, present, present, joined)

    def _texts(self, record: object) -> list[str | None]:
        values = list(self._values(record))
        for place, write in self._writers:
            values[place] = write(values[place], self._currency)
        return values

    def _refuse(self, values: Sequence[str | None]) -> NoReturn:
        """Name the first value that breaks its rule, never the value itself (A3)."""
        for element, value in zip(self._valued, values, strict=True):
            if value is not None and not self._keeps_rule(element, value):
                raise Unrenderable(element.field, self._rule_name(element), length=len(value))
        raise Unrenderable("record", "rules_of_its_elements")

    def _keeps_rule(self, element: Element, value: str) -> bool:
        chars_max = self._narrowing.chars_max.get(element.field, len(value))
        return bool(re.fullmatch(element.rule.pattern, value)) and len(value) <= chars_max

    def _refuse_character(self, taken: list[_Taken]) -> NoReturn:
        """Name the first value with a character that the partner does not take."""
        charset = self._narrowing.charset
        for each in taken:
            for field, value in zip(each.shape.fields, each.raw, strict=True):
                if text.outside(value, charset):
                    raise Unrenderable(field, f"charset_{charset}", length=len(value))
        raise Unrenderable("record", f"charset_{charset}")

    def _rule_name(self, element: Element) -> str:
        chars_max = self._narrowing.chars_max.get(element.field)
        return element.rule.name if chars_max is None else f"{element.rule.name}_and_at_most_{chars_max}"

    # --- shapes ------------------------------------------------------------------------------------------------

    def _new_shape(self, there: tuple[bool, ...]) -> _Shape:
        fields = {element.field for element in compress(self._valued, there)}
        self._check_presence(fields)
        present = [each for each in self._elements if each.fixed is not None or each.field in fields]
        shape = _Shape(
            fields=tuple(each.field for each in present if each.fixed is None),
            fits=re.compile("\n".join(self._pattern(each) for each in present if each.fixed is None)).fullmatch,
            markup=self._around % "".join(_markup([(self._place(each), self._slot(each)) for each in present])),
            text="".join(self._lines(present)),
        )
        self._shapes[there] = shape
        return shape

    def _check_presence(self, fields: set[str]) -> None:
        for element in self._valued:
            if element.field in fields:
                self._check_allowed(element, fields)
            elif _is_needed(element, fields):
                raise Unrenderable(element.field, "needed")

    def _check_allowed(self, element: Element, fields: set[str]) -> None:
        if not self._place(element):
            raise Unrenderable(element.field, "not_in_version")
        if element.field in self._narrowing.without:
            raise Unrenderable(element.field, "not_taken_by_partner")
        if element.not_with in fields:
            raise Unrenderable(element.field, f"not_with_{element.not_with}")

    def _pattern(self, element: Element) -> str:
        chars_max = self._narrowing.chars_max.get(element.field)
        narrower = "" if chars_max is None else f"(?=.{{0,{chars_max}}}(?:\n|$))"
        return f"{narrower}(?:{element.rule.pattern})"

    def _place(self, element: Element) -> str:
        return element.place(self._version)

    def _slot(self, element: Element) -> str:
        return "%s" if element.fixed is None else element.fixed.format(currency=self._currency)

    def _lines(self, present: list[Element]) -> Iterator[str]:
        """What ``extract`` finds in a record with these elements."""
        for place, element in enumerate(self._elements):
            if element in present:
                yield line(place, self._slot(element))
        yield RECORD_END


def _is_needed(element: Element, fields: set[str]) -> bool:
    if element.needed_with is None or element.or_else in fields:
        return False
    around = element.needed_with
    return around == ALWAYS or any(field == around or field.startswith(f"{around}.") for field in fields)


def _markup(leaves: list[tuple[str, str]]) -> Iterator[str]:
    """Elements around texts, nested as their paths say; an attribute comes before the text of its element."""
    opened: list[str] = []
    for path, slot in leaves:
        *names, last = path.split("/")
        attribute = f' {last[1:]}="{slot}"' if last.startswith("@") else ""
        wanted = names if attribute else [*names, last]
        kept = sum(takewhile(bool, map(eq, opened, wanted)))
        yield "".join(f"</{name}>" for name in reversed(opened[kept:]))
        yield "".join(f"<{name}>" for name in wanted[kept:])[: -1 if attribute else None]
        yield f"{attribute}>" if attribute else slot
        opened = wanted
    yield "".join(f"</{name}>" for name in reversed(opened))
