"""Random documents with a signature, spelled as freely as the rest: what every honest verifier must believe."""

from __future__ import annotations

import re
from base64 import b64encode
from random import Random

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree
from support.signatures import DSIG, HONEST, ISO, Partner, canonical, sha256
from support.xml_trees import SPACES, SPELLINGS, element, encoded

_NAMESPACE = f"{ISO}:camt.053.001.08"


def signed_document(chance: Random, signer: Partner) -> tuple[bytes, bytes]:
    """A message with random elements in it, signed in place, and the canonical bytes that were signed."""
    before, own, ds = _around(chance)
    after = f"</{own}Envlp>\r\n</{own}SplmtryData></{own}BkToCstmrStmt></{own}Document>"
    spelling = chance.choice(SPELLINGS)
    served = canonical(etree.fromstring(encoded(before + after, spelling)))
    inner = _signature(chance, ds, HONEST.signed_info(sha256(served)), signer)
    info = etree.fromstring(encoded(before + inner + after, spelling)).find(f".//{{{DSIG}}}SignedInfo")
    assert info is not None
    value = signer.private.sign(canonical(info), PKCS1v15(), SHA256())
    inner = inner.replace("SignatureValue></", f"SignatureValue>{b64encode(value).decode()}</")
    return encoded(before + inner + after, spelling), served


def _around(chance: Random) -> tuple[str, str, str]:
    """All before the signature; the prefixes of the message and of the signature, with their colons."""
    own, ds = chance.choice(("", "doc:")), chance.choice(("", "ds:", "sig:"))
    declared = f'xmlns{":" * bool(own)}{own.rstrip(":")}="{_NAMESPACE}" xmlns:unused="urn:x"'
    declared += f' xmlns:{ds.rstrip(":")}="{DSIG}"' if ds else ""
    scope = {"": "" if own else _NAMESPACE, "unused": "urn:x"}
    entries = "".join(element(chance, scope, 2) for _ in range(3))
    path = f"<{own}BkToCstmrStmt>{entries}<{own}SplmtryData><{own}Envlp>"
    return f"{chance.choice(('', '<!-- outside -->'))}<{own}Document {declared}>{path}", own, ds


def _signature(chance: Random, ds: str, signed_info: str, signer: Partner) -> str:
    """With spaces between its elements, and its empty elements either way; the value is filled in last."""
    signed_info = signed_info.replace(f' xmlns="{DSIG}"', "")
    text = f"<Signature>{signed_info}<SignatureValue></SignatureValue><KeyInfo>{signer.element()}</KeyInfo></Signature>"
    if chance.random() < 0.5:
        text = re.sub(r"></(\w*Method|Transform)>", "/>", text)
    text = re.sub(
        r"(?<=>)(?=<(?!/(?:SignatureValue|CanonicalizationMethod|SignatureMethod|Transform>|DigestMethod)))",
        lambda _: chance.choice(("", *SPACES)),
        text,
    )
    text = re.sub(r"<(/?)", rf"<\1{ds}", text)
    return text if ds else text.replace("<Signature>", f"<Signature xmlns='{DSIG}'>", 1)
