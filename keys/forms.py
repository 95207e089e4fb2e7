"""The one form of XML signature that is accepted: algorithms, children, and the places where it may stand."""

from __future__ import annotations

DSIG = "http://www.w3.org/2000/09/xmldsig#"
ENVELOPED = f"{DSIG}enveloped-signature"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
DIGEST = "http://www.w3.org/2001/04/xmlenc#sha256"
SIGNATURE = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"

PLACES = frozenset(
    {
        # at the end of the message: schema-valid from pain.001.001.09, pain.002.001.10 and camt.05x.001.04 on
        "Document/CstmrCdtTrfInitn/SplmtryData/Envlp",
        "Document/CstmrPmtStsRpt/SplmtryData/Envlp",
        "Document/BkToCstmrAcctRpt/SplmtryData/Envlp",
        "Document/BkToCstmrStmt/SplmtryData/Envlp",
        "Document/BkToCstmrDbtCdtNtfctn/SplmtryData/Envlp",
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
