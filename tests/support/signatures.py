"""Partners that sign their answers, honestly or not, with code of their own: nothing here comes from ``keys``."""

from __future__ import annotations

import tempfile
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import BinaryIO

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from lxml import etree

NOW = datetime(2026, 1, 12, 9, 30, tzinfo=timezone(timedelta(hours=7)))
ISO = "urn:iso:std:iso:20022:tech:xsd"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256_URI = "http://www.w3.org/2001/04/xmlenc#sha256"
ENVELOPED = f"{DSIG}enveloped-signature"

PLACE = "SplmtryData/Envlp"
EMPTY_PLACE = "<SplmtryData><Envlp></Envlp></SplmtryData>"

ACCOUNT = "<Acct><Id><Othr><Id>1030000001</Id></Othr></Id></Acct>"
ENTRY = (
    '<Ntry><Amt Ccy="VND">500000</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
    "<BkTxCd><Prtry><Cd>OUT</Cd></Prtry></BkTxCd></Ntry>"
)
BALANCE = (
    '<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="VND">1500000</Amt>'
    "<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-01-12</Dt></Dt></Bal>"
)
STATUS = (
    "<OrgnlGrpInfAndSts><OrgnlMsgId>OUR1</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>"
    "<GrpSts>ACCP</GrpSts></OrgnlGrpInfAndSts>"
)
ANSWER = "<Sts><Conf>RJCR</Conf></Sts>"
ASSIGNMENT = (
    "<Assgnmt><Id>A1</Id><Assgnr><Pty><Nm>BANK</Nm></Pty></Assgnr><Assgne><Pty><Nm>UBND</Nm></Pty></Assgne>"
    "<CreDtTm>2026-01-12T09:00:00+07:00</CreDtTm></Assgnmt>"
)
HEADER = "<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-01-12T09:00:00+07:00</CreDtTm></GrpHdr>"
BODIES = {
    "pain.002.001.12": f"<CstmrPmtStsRpt>{HEADER}{STATUS}{{end}}</CstmrPmtStsRpt>",
    "camt.029.001.09": f"<RsltnOfInvstgtn>{ASSIGNMENT}{ANSWER}{{end}}</RsltnOfInvstgtn>",
    "camt.052.001.08": f"<BkToCstmrAcctRpt>{HEADER}<Rpt><Id>R1</Id>{ACCOUNT}{ENTRY}</Rpt>{{end}}</BkToCstmrAcctRpt>",
    "camt.053.001.08": f"<BkToCstmrStmt>{HEADER}<Stmt><Id>S1</Id>{ACCOUNT}{BALANCE}{ENTRY}</Stmt>"
    "{end}</BkToCstmrStmt>",
    "camt.054.001.08": f"<BkToCstmrDbtCdtNtfctn>{HEADER}<Ntfctn><Id>N1</Id>{ACCOUNT}{ENTRY}</Ntfctn>"
    "{end}</BkToCstmrDbtCdtNtfctn>",
}
PARTS = {
    "pain.002.001.12": (STATUS, STATUS.replace("ACCP", "RJCT")),
    "camt.029.001.09": (ANSWER, ANSWER.replace("RJCR", "CNCL")),
    **{
        message: (ENTRY, ENTRY.replace("500000", "900000000"))
        for message in ("camt.052.001.08", "camt.053.001.08", "camt.054.001.08")
    },
}
"""Message -> its part that moves money, and how a forger wants it read."""


def document(message: str = "camt.053.001.08", *, room: bool = True) -> bytes:
    """An unsigned answer, with an empty place for the signature at its end."""
    body = BODIES[message].format(end=EMPTY_PLACE if room else "")
    return f'<Document xmlns="{ISO}:{message}">{body}</Document>'.encode()


class TemporarySpool:
    """Scratch files that vanish."""

    def create(self) -> BinaryIO:
        return tempfile.TemporaryFile()


@dataclass(frozen=True)
class Partner:
    """Someone with a signing key and a certificate."""

    private: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def private_pem(self) -> bytes:
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def element(self) -> str:
        """``X509Data`` with the certificate."""
        text = b64encode(self.certificate.public_bytes(Encoding.DER)).decode()
        return f"<X509Data><X509Certificate>{text}</X509Certificate></X509Data>"


def partner(
    name: str = "BANK", *, bits: int = 2048, starts: datetime = NOW - timedelta(days=30), days: int = 365
) -> Partner:
    """A fresh partner whose certificate is valid around ``NOW`` unless told otherwise."""
    private = rsa.generate_private_key(65537, bits)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(subject, subject, private.public_key(), x509.random_serial_number())
    valid = builder.not_valid_before(starts.astimezone(UTC)).not_valid_after(starts + timedelta(days=days))
    return Partner(private, valid.sign(private, SHA256()))


@dataclass(frozen=True)
class Form:
    """One form of signature; the defaults are the honest one."""

    uri: str = ""
    transforms: tuple[str, ...] = (ENVELOPED, EXCLUSIVE)
    canonicalization: str = EXCLUSIVE
    signature: str = RSA_SHA256
    digest: str = SHA256_URI
    key_info: str | None = None
    second_reference: bool = False

    def signed_info(self, digest: bytes) -> str:
        reference = (
            f'<Reference URI="{self.uri}"><Transforms>{"".join(map(_transform, self.transforms))}</Transforms>'
            f'<DigestMethod Algorithm="{self.digest}"></DigestMethod>'
            f"<DigestValue>{b64encode(digest).decode()}</DigestValue></Reference>"
        )
        return (
            f'<SignedInfo xmlns="{DSIG}">'
            f'<CanonicalizationMethod Algorithm="{self.canonicalization}"></CanonicalizationMethod>'
            f'<SignatureMethod Algorithm="{self.signature}"></SignatureMethod>'
            f"{reference * (2 if self.second_reference else 1)}</SignedInfo>"
        )


HONEST = Form()


def sign(
    unsigned: bytes, signer: Partner, form: Form = HONEST, *, place: str = PLACE, signed: bytes | None = None
) -> bytes:
    """The document with a signature at the end of ``place`` (a path of local names anywhere below the root).

    ``signed`` is what the reference covers when that is not the whole document.
    """
    root = etree.fromstring(unsigned)
    digest = sha256(signed if signed is not None else canonical(root))
    signed_info = form.signed_info(digest)
    value = signer.private.sign(canonical(etree.fromstring(signed_info)), PKCS1v15(), SHA256())
    insert(root, place, signature(signed_info, value, form.key_info or signer.element()))
    return etree.tostring(root)


def certificate_in(document: bytes) -> x509.Certificate:
    """The one that a signed document brings."""
    (text,) = etree.fromstring(document).iter(f"{{{DSIG}}}X509Certificate")
    return x509.load_der_x509_certificate(b64decode(text.text or ""))


def signature(signed_info: str, value: bytes, key_info: str) -> etree._Element:
    return etree.fromstring(
        f'<Signature xmlns="{DSIG}">{signed_info}<SignatureValue>{b64encode(value).decode()}</SignatureValue>'
        f"<KeyInfo>{key_info}</KeyInfo></Signature>"
    )


def insert(root: etree._Element, place: str, element: etree._Element) -> None:
    """Append ``element`` to the last element at ``place``; an empty place is the root."""
    path = "//" + "/".join(f"*[local-name()='{name}']" for name in place.split("/")) if place else "/*"
    found = root.xpath(path)
    assert isinstance(found, list)
    found[-1].append(element)


def canonical(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)


def sha256(data: bytes) -> bytes:
    digest = Hash(SHA256())
    digest.update(data)
    return digest.finalize()


def _transform(algorithm: str) -> str:
    inner = "<XPath>ancestor-or-self::Stmt</XPath>" if algorithm.endswith("REC-xpath-19991116") else ""
    return f'<Transform Algorithm="{algorithm}">{inner}</Transform>'
