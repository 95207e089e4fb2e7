"""Exclusive XML Canonicalization 1.0 without comments (W3C, https://www.w3.org/TR/xml-exc-c14n/), written as it goes.

Takes the events of expat with namespaces; keeps what is open, never the document. Names are one text each, as expat
gives them with prefixes: ``namespace SEPARATOR local-name SEPARATOR prefix``, the last two parts where there are any.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from keys.errors import Hostile

SEPARATOR = "\n"
_XML = "http://www.w3.org/XML/1998/namespace"
_XML_NAMES = frozenset({"lang", "space"})
_PREFIXES_MAX = 100
"""In scope and written at once; each new one costs a copy of the others. Honest messages have three."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name taken apart; ``opening`` and ``closing`` are its tags when nothing else stands in them."""

    namespace: str
    local_name: str
    prefix: str
    qualified: str
    opening: str
    closing: str


class Names(dict[str, Name]):
    """Every name of a document, taken apart once."""

    def __missing__(self, text: str) -> Name:
        namespace, local_name, prefix = _split(text)
        if namespace == _XML and local_name not in _XML_NAMES:
            raise Hostile("xml_attribute_forbidden", attribute=f"xml:{local_name}"[:40])
        qualified = f"{prefix}:{local_name}" if prefix else local_name
        name = Name(namespace, local_name, prefix, qualified, f"<{qualified}>", f"</{qualified}>")
        self[text] = name
        return name


def _split(text: str) -> tuple[str, str, str]:
    """Namespace, local name, prefix."""
    match text.split(SEPARATOR):
        case [local_name]:
            return "", local_name, ""
        case [namespace, local_name]:
            return namespace, local_name, ""
        case [namespace, local_name, prefix]:
            return namespace, local_name, prefix
    raise AssertionError("a namespace with the separator in it was let through")


class Canonical:
    """One element and all that is in it, as canonical text; namespaces come from the names themselves."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._parts: list[str] = []
        self._rendered: list[dict[str, str]] = [{"xml": _XML}]
        """Prefixes and their namespaces as written on the way from the root, one for every open element."""

    def start(self, name: Name, attributes: Sequence[str]) -> None:
        """``attributes`` are names and values by turns."""
        rendered = self._rendered[-1]
        if attributes or rendered.get(name.prefix, "") != name.namespace:
            rendered = self._start_in_full(name, attributes, rendered)
        else:
            self._parts.append(name.opening)
        self._rendered.append(rendered)

    def _start_in_full(self, name: Name, attributes: Sequence[str], rendered: dict[str, str]) -> dict[str, str]:
        """Write declarations that are used and new, then attributes by namespace and local name."""
        values = [(self._names[each], value) for each, value in zip(attributes[::2], attributes[1::2], strict=True)]
        used = {name.prefix: name.namespace} | {each.prefix: each.namespace for each, _ in values if each.prefix}
        new = {prefix: used[prefix] for prefix in sorted(used) if rendered.get(prefix, "") != used[prefix]}
        values.sort(key=lambda pair: (pair[0].namespace, pair[0].local_name))
        declared = [f' xmlns:{prefix}="{new[prefix]}"' if prefix else f' xmlns="{new[prefix]}"' for prefix in new]
        written = [f' {each.qualified}="{_value(value)}"' for each, value in values]
        self._parts += [name.opening[:-1], *declared, *written, ">"]
        if len(rendered) + len(new) > _PREFIXES_MAX:
            raise Hostile("xml_limit")
        return rendered | new if new else rendered

    def end(self, name: Name) -> None:
        self._parts.append(name.closing)
        self._rendered.pop()

    def text(self, data: str) -> None:
        data = data.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        self._parts.append(data.replace("\r", "&#xD;"))

    def instruction(self, target: str, data: str) -> None:
        self._parts.append(f"<?{target} {data}?>" if data else f"<?{target}?>")

    def comment(self, data: str) -> None:
        """For what is looked at and not signed: canonical form itself leaves comments out."""
        self._parts.append(f"<!--{data}-->")

    def take(self) -> bytes:
        """What was written since the last time, as UTF-8."""
        data = "".join(self._parts).encode()
        self._parts.clear()
        return data


def _value(value: str) -> str:
    value = value.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return value.replace("\t", "&#x9;").replace("\n", "&#xA;").replace("\r", "&#xD;")
