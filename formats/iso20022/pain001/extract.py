"""The values of a finished message, found again by libxml2 at the places the table names.

A record becomes one line ``PLACE=VALUE`` for every leaf and attribute in it, in document order, PLACE being the row of
its element in the table, and a last line ``-``. Text that stands anywhere else comes out as it is, and so cannot hide.
No value that may be written holds a line end.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from formats.iso20022.pain001.elements import Element

RECORD_END = "-\n"

_SHEET = """<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
 xmlns:d="urn:iso:std:iso:20022:tech:xsd:{version}"><xsl:output method="text" encoding="UTF-8"/>
<xsl:template match="/"><xsl:for-each select="d:Document/d:CstmrCdtTrfInitn/{record}"
><xsl:apply-templates select="node()[not(self::d:CdtTrfTxInf)]"/>-<xsl:text
>&#10;</xsl:text></xsl:for-each></xsl:template>
{leaves}</xsl:stylesheet>"""
_LEAF = '<xsl:template match="{path}">{attribute}{line}</xsl:template>\n'
_LINE = '{place}=<xsl:value-of select="{select}"/><xsl:text>&#10;</xsl:text>'


def line(place: int, value: str) -> str:
    """How the value of the element in this row of the table comes out."""
    return f"{place}={value}\n"


def transformation(record: str, elements: tuple[Element, ...], version: str) -> etree.XSLT:
    """Of a whole document to the lines of all its records at this path."""
    leaves = "".join(_leaves(record.rpartition("/")[2], elements, version))
    return etree.XSLT(etree.fromstring(_SHEET.format(version=version, record=_prefixed(record), leaves=leaves)))


def _leaves(name: str, elements: tuple[Element, ...], version: str) -> Iterator[str]:
    """A template for every leaf; an attribute stands in the table just before the text of its element."""
    attribute = ""
    for place, element in enumerate(elements):
        path, _, attribute_name = element.place(version).partition("/@")
        if attribute_name:
            attribute = _LINE.format(place=place, select=f"@{attribute_name}")
        elif path:
            text = _LINE.format(place=place, select=".")
            yield _LEAF.format(path=_prefixed(f"{name}/{path}"), attribute=attribute, line=text)
            attribute = ""


def _prefixed(path: str) -> str:
    return "/".join(f"d:{name}" for name in path.split("/"))
