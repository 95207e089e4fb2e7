"""The values of a finished message, found again by libxml2 at the places the table names.

A record becomes one line for every element of its version, empty where it has none, and a last line with the number
of its leaves, so that nothing more can stand there than what was found. No value that may be written holds a line end.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import quoteattr

from lxml import etree

from formats.iso20022.pain001.elements import Element

_SHEET = """<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
 xmlns:d="urn:iso:std:iso:20022:tech:xsd:{version}"><xsl:output method="text" encoding="UTF-8"/>
<xsl:template match="/"><xsl:for-each select="d:Document/d:CstmrCdtTrfInitn/{record}">{lines}</xsl:for-each>
</xsl:template></xsl:stylesheet>"""
_LINE = "<xsl:value-of select={path}/><xsl:text>&#10;</xsl:text>"
_LEAVES = "count(*[not(self::d:CdtTrfTxInf)]/descendant-or-self::*[not(*)])"


def transformation(record: str, elements: tuple[Element, ...], version: str) -> etree.XSLT:
    """Of a whole document to the lines of all its records at this path."""
    lines = "".join(_LINE.format(path=quoteattr(path)) for path in (*_places(elements, version), _LEAVES))
    sheet = _SHEET.format(version=version, record=_prefixed(record), lines=lines)
    return etree.XSLT(etree.fromstring(sheet))


def _places(elements: tuple[Element, ...], version: str) -> Iterator[str]:
    return (_prefixed(place) for element in elements if (place := element.place(version)))


def _prefixed(path: str) -> str:
    return "/".join(name if name.startswith("@") else f"d:{name}" for name in path.split("/"))
