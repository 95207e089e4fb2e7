"""The one form of XML signature that is accepted: algorithms, reference, and the places where it may stand."""

from __future__ import annotations

import re
from dataclasses import dataclass

from keys.errors import BadKey

DSIG = "http://www.w3.org/2000/09/xmldsig#"
ENVELOPED = f"{DSIG}enveloped-signature"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
DIGEST = "http://www.w3.org/2001/04/xmlenc#sha256"
SIGNATURE = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"

_PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
"""Written the same way in XML, in a URI and on a disk."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What the one reference of a signature must say, and the code that refuses another ``uri``."""

    uri: str
    transforms: tuple[str, ...]
    code: str


WHOLE_DOCUMENT = Reference("", (ENVELOPED, EXCLUSIVE), "reference_not_whole_document")
"""The document around the signature."""


def whole_file(name: str) -> Reference:
    """The raw bytes of the file of this name, which lies beside the signature."""
    if _PLAIN_NAME.fullmatch(name) is None:
        raise BadKey("reference_name", allowed="A-Z a-z 0-9 . _ -")
    return Reference(name, (), "reference_of_another_file")


PLACES = frozenset(
    {
        # at the end of the message: schema-valid from pain.001.001.09, pain.002.001.10 and camt.05x.001.04 on
        "Document/CstmrCdtTrfInitn/SplmtryData/Envlp",
        "Document/CstmrPmtStsRpt/SplmtryData/Envlp",
        "Document/BkToCstmrAcctRpt/SplmtryData/Envlp",
        "Document/BkToCstmrStmt/SplmtryData/Envlp",
        "Document/BkToCstmrDbtCdtNtfctn/SplmtryData/Envlp",
        "Document/CstmrPmtCxlReq/SplmtryData/Envlp",
        "Document/RsltnOfInvstgtn/SplmtryData/Envlp",
        # beside or in the message, where the schema has no room for it: older versions, and tools that always do so
        "Document",
        "Document/CstmrPmtStsRpt",
        "Document/BkToCstmrAcctRpt",
        "Document/BkToCstmrStmt",
        "Document/BkToCstmrDbtCdtNtfctn",
    }
)
"""Local names from the root to the signature's parent, all in the message's own namespace; the signature comes last
there. No version has ``SplmtryData`` at the end of a single statement: only of the message, and in details."""
