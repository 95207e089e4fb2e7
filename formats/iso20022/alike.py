"""Elements that repeat: read by the parser, or found again because they look like one that the parser has read.

A million entries of a statement differ in their texts, hardly in their markup. So an entry that the parser has read
becomes a pattern: its markup letter by letter, and for each text whatever characters may stand there as they are. As
long as what follows matches a pattern it is read without the parser; everything else goes to the parser. This gives
what the parser alone would give:

- in a document of UTF-8 with neither ``<!`` nor ``<?`` behind its declaration every ``<`` begins a tag, so the end
  tag we stop behind is one, and the parser, fed exactly so far, tells whose element has just ended;
- what matches there is one whole sibling of it with the same layout, its texts free of ``<``, ``&``, ``>``, line
  ends, and characters that XML does not know; a pattern is only kept when it finds in its own sample the texts that
  the parser found, and only used where the same namespaces are declared;
- without that sibling the document is well-formed exactly when it is with it, and the parser reads all the rest.

In any other document, and for any other element, the parser reads everything.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, NamedTuple

from lxml import etree

from formats.errors import FormatError
from formats.iso20022 import xml
from formats.iso20022.leaves import Leaves, read_leaves
from formats.iso20022.pattern import Patterns
from formats.iso20022.xml import forget, forget_previous, local_name

_CHUNK_BYTES = 256 << 10
_DECLARATION = re.compile("\ufeff?<\\?xml[^<>]*\\?>")


class Item(NamedTuple):
    """An element of this name that has ended, with its leaves when it is one that repeats.

    One found again has the ``element`` of a sibling before it.
    """

    name: str
    element: etree._Element
    leaves: Leaves | None


def stream(source: BinaryIO, names: Sequence[str], runs: Mapping[str, int]) -> Iterator[Item]:
    """Elements of these local names, in any namespace, while reading. Raises FormatError.

    ``runs`` are the names that repeat, the outer first, and how many in a row are not told by themselves but left
    inside of the outer. What has been told is freed.
    """
    return _Stream(source, names, runs).items()


class _Stream:
    """One reading of a file."""

    def __init__(self, source: BinaryIO, names: Sequence[str], runs: Mapping[str, int]) -> None:
        self._source, self._start = source, source.tell()
        self._names, self._runs, self._outer = (*names, *runs), runs, next(iter(runs))
        tags = [f"{{*}}{name}" for name in self._names]
        self._parser: Any = etree.XMLPullParser(events=("end",), tag=tags, **xml.HARDENED)
        self._end = re.compile(rf"</(?:[^<>\s/]+:)?({'|'.join(runs)})[ \t\r\n]*>")
        self._patterns = Patterns()
        self._in_row: Counter[str] = Counter()
        self._told: dict[str, etree._Element] = {}
        self._last: Item | None = None
        self._is_plain = True
        self._is_begun = self._is_checked = self._is_shortened = False

    def items(self) -> Iterator[Item]:
        decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        text = ""
        while chunk := self._source.read(_CHUNK_BYTES):
            text = yield from self._take(text + decoder.decode(chunk))
        yield from self._feed(text + decoder.decode(b"", True))
        try:
            xml.refuse_doctype(self._parser.close())
        except etree.XMLSyntaxError as error:
            raise self._explained(error) from None

    def _take(self, text: str) -> Generator[Item, None, str]:
        """Read as far as whole tags go; returns the rest."""
        at = 0
        behind: dict[str, int] = {}
        while end := self._end.search(text, at):
            name = end[1]
            yield from self._feed(text[at : end.end()])
            at = end.end()
            begin = behind.pop(name, None)
            if self._last and self._last.leaves and self._is_plain:
                if begin is not None:
                    self._patterns.learn(name, self._last.element, self._last.leaves, text[begin:at])
                at = yield from self._follow(self._last, text, at)
                behind[name] = at
        cut = max(at, text.rfind("<"))
        if cut == at and len(text) - at > _CHUNK_BYTES:
            cut = len(text)
        yield from self._feed(text[at:cut])
        return text[cut:]

    def _follow(self, last: Item, text: str, at: int) -> Generator[Item, None, int]:
        """Those that look alike, one behind another; returns where they end."""
        for leaves, end in self._patterns.follow(last.name, last.element, text, at):
            at, self._is_shortened = end, True
            yield Item(last.name, last.element, leaves)
        return at

    def _feed(self, text: str) -> Iterator[Item]:
        """What the parser finds in the next part; what it found before it failed is told first."""
        self._last, failure = None, None
        if not text:
            return
        self._look(text)
        try:
            self._parser.feed(text.encode("utf-8", "surrogateescape"))
        except etree.XMLSyntaxError as error:
            failure = error
        for _, element in self._parser.read_events():
            yield from self._ended(local_name(element), element)
        if failure:
            raise self._explained(failure) from None

    def _look(self, text: str) -> None:
        """Whether a tag may still be told from its first character."""
        begin = _DECLARATION.match(text) if not self._is_begun else None
        self._is_begun = True
        if "<!" in text or text.find("<?", begin.end() if begin else 0) >= 0:
            self._is_plain = False

    def _ended(self, name: str, element: etree._Element) -> Iterator[Item]:
        if not self._is_checked:
            self._check_document(element)
        self._last = None
        if name not in self._runs:
            yield Item(name, element, None)
            forget_previous(element)
        elif self._is_told(name):
            self._free(name)
            self._last = Item(name, element, read_leaves(element))
            yield self._last
            self._told[name] = element

    def _is_told(self, name: str) -> bool:
        """Whether there were enough in a row; the outer one ends the rows of the inner."""
        count = self._in_row[name] + 1
        if name == self._outer:
            self._in_row.clear()
        self._in_row[name] = count
        return count > self._runs[name]

    def _free(self, name: str) -> None:
        """What was told before, of the outer also what was told by itself inside of it."""
        for each in [*self._told] if name == self._outer else [name]:
            if (told := self._told.pop(each, None)) is not None:
                forget(told)

    def _check_document(self, element: etree._Element) -> None:
        xml.refuse_doctype(element)
        self._is_checked = True
        encoding = element.getroottree().docinfo.encoding or "UTF-8"
        self._is_plain = self._is_plain and encoding.upper() == "UTF-8"

    def _explained(self, error: etree.XMLSyntaxError) -> FormatError:
        """Places are those of the whole file: what was found again has not passed the parser."""
        if self._is_shortened:
            self._source.seek(self._start)
            for element in xml.stream(self._source, self._names):
                forget_previous(element)
        return xml.explain(error)
