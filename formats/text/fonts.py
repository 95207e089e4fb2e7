"""Texts of a list that old fonts left behind: converted row by row, counted, and doubted where two fonts meet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from formats.text.legacy import NAMES, Encoding, decode
from formats.text.recognise import Reading, recognise

_SURE_MIN = 5
_SURE_SHARE_MIN = 0.9


@dataclass(frozen=True, slots=True)
class Converted:
    """The values of a row in Unicode; ``originals`` are those that were something else."""

    values: Mapping[str, str]
    originals: Mapping[str, str] = field(default_factory=dict)
    unreadable: tuple[str, ...] = ()
    """Fields with a character that the encoding of the file does not have."""
    unclear: Mapping[str, str] = field(default_factory=dict)
    """Field -> what it can be."""


@dataclass(frozen=True, slots=True)
class _Doubt:
    row: int
    field: str
    reading: Reading


class OldFonts:
    """What was found in one list. A text is judged alone; the end tells which of them others make doubtful."""

    def __init__(self, expected: Mapping[str, Encoding] | None = None) -> None:
        self._expected = expected or {}
        """Field -> the encoding that all its texts are in: of several readings this one is taken."""
        self.counts: Counter[tuple[str, Encoding]] = Counter()
        self._sure: set[Encoding] = set()
        """Encodings of texts that have no other reading."""
        self._doubts: list[_Doubt] = []

    def convert(self, row: int, values: Mapping[str, str], written: Encoding | None) -> Converted | None:
        """A row whose file is ``written`` in an old encoding, or in Unicode with old texts pasted into it.

        None when it stands as it is.
        """
        return self._written(values, written) if written else self._pasted(row, values)

    def _written(self, values: Mapping[str, str], encoding: Encoding) -> Converted:
        read = {name: decode(text, encoding) for name, text in values.items()}
        known = {name: text for name, text in read.items() if text is not None and text != values[name]}
        self.counts.update((name, encoding) for name in known)
        originals = {name: values[name] for name in known}
        return Converted({**values, **known}, originals, tuple(name for name in read if read[name] is None))

    def _pasted(self, row: int, values: Mapping[str, str]) -> Converted | None:
        texts = ((name, text) for name, text in values.items() if not text.isascii())
        readings = {name: self._as_expected(name, reading) for name, text in texts if (reading := recognise(text))}
        if not readings:
            return None
        for name, reading in readings.items():
            self._count(row, name, reading)
        converted = {name: reading.text for name, reading in readings.items() if reading.encoding}
        originals = {name: values[name] for name in converted}
        unclear = {name: _named(None, reading.candidates) for name, reading in readings.items() if reading.unclear}
        return Converted({**values, **converted}, originals, unclear=unclear)

    def _as_expected(self, name: str, reading: Reading) -> Reading:
        encoding = self._expected.get(name)
        if encoding is None or not reading.unclear or encoding not in reading.candidates:
            return reading
        return Reading(decode(reading.text, encoding) or reading.text, encoding)

    def _count(self, row: int, name: str, reading: Reading) -> None:
        if reading.encoding:
            self.counts[name, reading.encoding] += 1
        if reading.encoding and not reading.candidates:
            self._sure.add(reading.encoding)
        elif not reading.unclear:
            self._doubts.append(_Doubt(row, name, reading))

    def doubtful(self) -> Iterator[tuple[int, str, str]]:
        """(row, field, what it can be) of texts that make sense in an encoding which others of the list are in."""
        found = {encoding for _, encoding in self.counts}
        for doubt in self._doubts:
            beside = self._sure if doubt.reading.encoding else found
            candidates = tuple(each for each in doubt.reading.candidates if each in beside)
            if candidates:
                yield doubt.row, doubt.field, _named(doubt.reading.encoding, candidates)


def of_column(texts: Iterable[str]) -> Encoding | None:
    """The encoding that many texts are surely in, while hardly any is in another or in Unicode."""
    found: Counter[Encoding | None] = Counter()
    for text in texts:
        reading = None if text.isascii() else recognise(text)
        if not text.isascii() and not (reading and (reading.unclear or reading.candidates)):
            found[reading.encoding if reading else None] += 1
    (best, count), *_ = found.most_common(1) or [(None, 0)]
    return best if count >= _SURE_MIN and count >= _SURE_SHARE_MIN * found.total() else None


def _named(first: Encoding | None, others: tuple[Encoding, ...]) -> str:
    """What a person is told the text can be."""
    return ", ".join((NAMES[first] if first else "Unicode", *(NAMES[each] for each in others)))
