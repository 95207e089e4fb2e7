"""Where a document breaks its official schema, by the ``xmlschema`` library: path, rule, and what words need.

No value of the message is told, only names, lengths and what the schema allows (A3).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from lxml import etree

from formats.iso20022 import schema as schemas
from formats.iso20022.explain.model import Finding, Params
from formats.iso20022.explain.outline import path_of, step
from formats.iso20022.layout import local

if TYPE_CHECKING:
    from xmlschema import XMLSchema

_NAMES_MAX = 12
_ATTRIBUTE_VALUE = re.compile(r"attribute ([^\s=]+)=")
_ATTRIBUTE = re.compile(r"'([^']*)'")


def breaches(document: etree._Element, message: str) -> Iterator[Finding]:
    """Of one ``Document`` or header, in document order; raises SchemaMissing.

    The library is given a tree of the standard library, on which it takes a hundredth of the time when thousands of
    siblings are wrong.
    """
    copy = ElementTree.fromstring(etree.tostring(document, encoding="utf-8"))
    describe = _Describing(copy, path_of(document))
    for error in _schema(message).iter_errors(copy):
        yield describe.finding(error)


@cache
def _schema(message: str) -> XMLSchema:
    """Imported late: the library is large, and most commands never explain anything."""
    from xmlschema import XMLSchema

    return XMLSchema(str(schemas.find(message)), allow="local")


class _Describing:
    """Errors of one document as findings; knows where each element stands."""

    def __init__(self, document: ElementTree.Element, path: str) -> None:
        self._document, self._path = document, path
        self._parents = {child: parent for parent in document.iter() for child in parent}

    def finding(self, error: Any) -> Finding:
        from xmlschema import XMLSchemaChildrenValidationError, XMLSchemaDecodeError

        if isinstance(error, XMLSchemaChildrenValidationError):
            return self._of_children(error)
        path, reason, kind = self._place(error.elem), str(error.reason), type(error.validator).__name__
        named: dict[str, str | int] = {"element": local(error.elem.tag)}
        if attribute := _ATTRIBUTE_VALUE.match(reason):
            named = {"element": local(attribute[1])}
            path = f"{path}/@{named['element']}"
        if isinstance(error, XMLSchemaDecodeError):
            return Finding(path, "datatype", {**named, "type": local(str(getattr(error.validator, "name", "")))})
        if kind in _FACETS:
            rule, params = _FACETS[kind]
            return Finding(path, rule, {**named, **params(error)})
        return _of_structure(path, named, kind, reason)

    def _of_children(self, error: Any) -> Finding:
        """What is missing is said at its parent, what must not be there at itself."""
        parent, expected = error.elem, _expected(error)
        if error.invalid_tag is None:
            return Finding(self._place(parent), "missing-element", {"parent": local(parent.tag), "element": expected})
        name = local(error.invalid_tag)
        known = [each.local_name for each in error.validator.iter_elements() if getattr(each, "local_name", None)]
        again = any(local(each.tag) == name for each in parent[: error.index])
        if expected and name in known and not again:
            return Finding(self._place(parent), "missing-element", {"element": expected, "before": name})
        path = self._place(parent[error.index])
        if name in known:
            return Finding(path, "misplaced-element", {"element": name})
        return Finding(path, "unexpected-element", {"element": name, "allowed": expected or _listed(iter(known))})

    def _place(self, element: ElementTree.Element) -> str:
        steps = []
        while element is not self._document:
            parent = self._parents[element]
            same = [each for each in parent if each.tag == element.tag]
            steps.append(step(local(element.tag), same.index(element), len(same)))
            element = parent
        return "/".join([self._path, *reversed(steps)])


# --- values ----------------------------------------------------------------------------------------------------


def _length(error: Any) -> Params:
    return {"length": len(str(error.obj)), "allowed": int(error.validator.value)}


def _bound(error: Any) -> Params:
    return {"allowed": str(error.validator.value)}


def _pattern(error: Any) -> Params:
    return {"pattern": " | ".join(error.validator.regexps)}


def _enumeration(error: Any) -> Params:
    return {"allowed": _listed(str(value) for value in error.validator.enumeration)}


_FACETS: dict[str, tuple[str, Callable[[Any], Params]]] = {
    "XsdPatternFacets": ("pattern", _pattern),
    "XsdEnumerationFacets": ("enumeration", _enumeration),
    "XsdLengthFacet": ("length", _length),
    "XsdMinLengthFacet": ("minLength", _length),
    "XsdMaxLengthFacet": ("maxLength", _length),
    "XsdMinInclusiveFacet": ("minInclusive", _bound),
    "XsdMinExclusiveFacet": ("minExclusive", _bound),
    "XsdMaxInclusiveFacet": ("maxInclusive", _bound),
    "XsdMaxExclusiveFacet": ("maxExclusive", _bound),
    "XsdTotalDigitsFacet": ("totalDigits", _bound),
    "XsdFractionDigitsFacet": ("fractionDigits", _bound),
}
"""Class of the facet in the library -> its name in XML Schema, and what its sentence needs."""


def _listed(names: Iterator[str]) -> str:
    """Names in a row, at most twelve."""
    found = list(dict.fromkeys(names))
    return ", ".join(found[:_NAMES_MAX]) + (" ..." if len(found) > _NAMES_MAX else "")


# --- structure -------------------------------------------------------------------------------------------------


def _of_structure(path: str, named: Params, kind: str, reason: str) -> Finding:
    attribute = _ATTRIBUTE.search(reason)
    if kind == "XsdAttributeGroup" and attribute:
        rule = "missing-attribute" if reason.startswith("missing") else "unexpected-attribute"
        return Finding(path, rule, {**named, "attribute": local(attribute[1])})
    if kind == "XsdGroup":
        return Finding(path, "text-between-elements", named)
    if kind == "XsdElement":
        return Finding(path, "elements-in-text", named)
    if kind.startswith("XMLSchema"):
        return Finding(path, "wrong-namespace", named)
    return Finding(path, "schema", named)


def _expected(error: Any) -> str:
    """The elements that had to stand there, any of which would do."""
    names = (getattr(each, "local_name", None) or "*" for each in error.expected or ())
    return " | ".join(dict.fromkeys(names))
