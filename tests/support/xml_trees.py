"""XML as people and programs write it: random documents whose spelling has every freedom canonical form takes away.

From a ``random.Random``, which hypothesis seeds: ten times as many in the same time as from its own strategies.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from lxml import etree

NAMESPACES = ("urn:a", "urn:b", "http://example.org/z", "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08")
PREFIXES = ("", "p", "q", "Z", "a1")
LOCAL_NAMES = ("A", "b", "Ntry", "x-y", "Ñame", "_")
LETTERS = "aZ09 ñệ€\u0085\u00a0\u2028\ufffd\U0001f600𠀀'\"];%"
"""One to four bytes each, spaces that XML does not know as such, marks that need no escape."""
REFERENCES = ("&#xD;", "&#13;", "&#9;", "&#xA;", "&#32;", "&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&#x1F600;")
SPACES = ("\n", "\r", "\r\n", "\t", " ", "  ")
SPELLINGS = ("plain", "utf-8", "utf-8 with mark", "utf-16-le", "utf-16-be", "iso-8859-1", "us-ascii")

Scope = dict[str, str]


def document(chance: Random) -> bytes:
    """A whole document in one of the encodings, comments and space around its root."""
    before, after = (_some(chance, 2, [_comment, _space]) for _ in range(2))
    return encoded(before + element(chance, {}, 0) + after, chance.choice(SPELLINGS))


def encoded(text: str, spelling: str) -> bytes:
    """``text`` with the declaration and byte order mark of an encoding; what it cannot write becomes a reference."""
    if spelling == "plain":
        return text.encode()
    if spelling.startswith("utf-8"):
        return b"\xef\xbb\xbf" * spelling.endswith("mark") + f'<?xml version="1.0" encoding="utf-8"?>{text}'.encode()
    if spelling.startswith("utf-16"):
        return f"\ufeff<?xml version='1.0' encoding='UTF-16'?>{text}".encode(spelling)
    declared = f'<?xml version="1.0" encoding="{spelling}" standalone="yes"?>{text.replace("Ñame", "Name")}'
    return declared.encode(spelling, "xmlcharrefreplace")


def element(chance: Random, scope: Scope, depth: int) -> str:
    """One element with all that is in it."""
    tag, name, inside = _tag(chance, scope)
    words = chance.choice(([_text, _cdata], [_space, _comment, _instruction], [_text, _space, _comment]))
    children = [lambda chance: element(chance, inside, depth + 1)] * 2 if depth < 4 else []
    content = _some(chance, 5, [*words, *children])
    return f"<{tag}>{content}</{name}>" if content or chance.random() < 0.5 else f"<{tag}/>"


def _tag(chance: Random, scope: Scope) -> tuple[str, str, Scope]:
    """Its text, its name, and the prefixes in scope inside."""
    declared = {chance.choice(PREFIXES): chance.choice(NAMESPACES) for _ in range(chance.choice((0, 0, 1, 1, 3)))}
    if chance.random() < 0.15:
        declared[""] = ""
    inside = {**scope, **declared}
    prefixes = sorted({"", *inside})
    names = {}
    for prefix in chance.choices(prefixes, k=chance.choice((0, 0, 1, 2, 4))):
        local_name = chance.choice(LOCAL_NAMES)
        names[inside[prefix] if prefix else "", local_name] = _qualified(prefix, local_name)
    values = [_attribute(chance, name) for name in (*names.values(), *chance.choice(((), (), ("xml:lang",))))]
    values += [f"{_space(chance)}xmlns{':' * bool(prefix)}{prefix}='{uri}'" for prefix, uri in declared.items()]
    chance.shuffle(values)
    name = _qualified(chance.choice(prefixes), chance.choice(LOCAL_NAMES))
    return f"{name}{''.join(values)}{chance.choice(('', ' ', chr(13) + chr(10)))}", name, inside


def _qualified(prefix: str, local_name: str) -> str:
    return f"{prefix}:{local_name}" if prefix else local_name


def _attribute(chance: Random, name: str) -> str:
    quote = chance.choice("\"'")
    value = _some(chance, 4, [_plain, _reference, _space]).replace(quote, "")
    return f"{_space(chance)}{name}{chance.choice(('=', ' = ', chr(10) + '=' + chr(9)))}{quote}{value}{quote}"


def _some(chance: Random, most: int, kinds: Sequence[Callable[[Random], str]]) -> str:
    return "".join(chance.choice(kinds)(chance) for _ in range(chance.randint(0, most)))


def _plain(chance: Random) -> str:
    return "".join(chance.choices(LETTERS, k=chance.randint(1, 6)))


def _reference(chance: Random) -> str:
    return chance.choice(REFERENCES)


def _space(chance: Random) -> str:
    return chance.choice(SPACES)


def _text(chance: Random) -> str:
    return _some(chance, 4, [_plain, _reference, _space, lambda _: "]"]).replace("]]>", "")


def _cdata(chance: Random) -> str:
    return f"<![CDATA[{_some(chance, 4, [_plain, _reference, _space, lambda _: '<x> & ']).replace(']', '')}]]>"


def _comment(chance: Random) -> str:
    return f"<!--{_some(chance, 2, [_plain, _space, _reference])} -->"


def _instruction(chance: Random) -> str:
    return f"<?{chance.choice(('t', 'xml-stylesheet', 'T2'))} {_some(chance, 2, [_plain, _space, _reference])}?>"


def is_split(document: bytes) -> bool:
    """A comment or an instruction stands beside a value in one element: neither way reads on."""
    nodes = etree.fromstring(document).iter(etree.Comment, etree.ProcessingInstruction)
    parents = [parent for node in nodes if (parent := node.getparent()) is not None]
    return any("".join(parent.xpath("text()")).strip() for parent in parents)  # type: ignore[arg-type]
