"""Answers that must not be believed, each named by its defect, with the code that refuses it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from lxml import etree
from support.signatures import (
    DSIG,
    EXCLUSIVE,
    HONEST,
    PARTS,
    PLACE,
    Partner,
    canonical,
    document,
    insert,
    sign,
)

XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"


@dataclass(frozen=True)
class Cast:
    """Who acts: the bank whose certificate is pinned, and someone else."""

    bank: Partner
    stranger: Partner
    message: str = "camt.053.001.08"

    @property
    def part(self) -> str:
        """What the bank says in its message."""
        return PARTS[self.message][0]

    @property
    def forged(self) -> str:
        """What it is to have said."""
        return PARTS[self.message][1]

    def document(self) -> bytes:
        return document(self.message)


Forgery = Callable[[Cast], bytes]
FORGERIES: dict[str, tuple[Forgery, str]] = {}


def refused_as(code: str) -> Callable[[Forgery], Forgery]:
    def register(make: Forgery) -> Forgery:
        FORGERIES[make.__name__] = (make, code)
        return make

    return register


def _signed(cast: Cast, **changes: object) -> bytes:
    return sign(cast.document(), cast.bank, replace(HONEST, **changes))  # type: ignore[arg-type]


def _edited(signed: bytes, old: str, new: str) -> bytes:
    assert signed.count(old.encode()) == 1, old
    return signed.replace(old.encode(), new.encode())


def _forged(cast: Cast) -> etree._Element:
    return etree.fromstring(cast.document().replace(cast.part.encode(), cast.forged.encode()))


def _with_id(part: str) -> str:
    """The same with ``Id="signed"`` at its root."""
    return part.replace(">", ' Id="signed">', 1)


def _signature(root: etree._Element) -> etree._Element:
    return _value(root, "Signature")


def _value(root: etree._Element, name: str) -> etree._Element:
    found = root.find(f".//{{{DSIG}}}{name}")
    assert found is not None
    return found


# -- eight ways to wrap signed content into a forged message


@refused_as("signature_misplaced")
def wrapping_1_whole_original_inside_the_forged_one(cast: Cast) -> bytes:
    forged = _forged(cast)
    insert(forged, PLACE, etree.fromstring(_signed(cast)))
    return etree.tostring(forged)


@refused_as("signature_form")
def wrapping_2_original_inside_the_signature_object(cast: Cast) -> bytes:
    original, forged = etree.fromstring(_signed(cast)), _forged(cast)
    signature = _signature(original)
    insert(forged, PLACE, signature)
    etree.SubElement(signature, f"{{{DSIG}}}Object").append(original)
    return etree.tostring(forged)


def signed_by_id(cast: Cast) -> bytes:
    """Valid for those who follow the reference: the signed part stands elsewhere, the forged one is read."""
    root = etree.fromstring(cast.document().replace(cast.part.encode(), _with_id(cast.part).encode()))
    part = root.find(".//*[@Id='signed']")
    assert part is not None
    return sign(etree.tostring(root), cast.bank, replace(HONEST, uri="#signed"), signed=canonical(part))


@refused_as("reference_not_whole_document")
def wrapping_3_signed_part_moved_aside_and_forged_one_read(cast: Cast) -> bytes:
    return _edited(signed_by_id(cast), _with_id(cast.part), cast.forged + _with_id(cast.part))


@refused_as("reference_not_whole_document")
def wrapping_4_same_id_twice(cast: Cast) -> bytes:
    return _edited(signed_by_id(cast), _with_id(cast.part), _with_id(cast.part) + _with_id(cast.forged))


@refused_as("signature_not_unique")
def wrapping_5_second_signature_by_a_stranger(cast: Cast) -> bytes:
    return sign(_signed(cast), cast.stranger)


@refused_as("reference_not_unique")
def wrapping_6_second_reference(cast: Cast) -> bytes:
    return _signed(cast, second_reference=True)


@refused_as("transform_forbidden")
def wrapping_7_xpath_filter_that_looks_away(cast: Cast) -> bytes:
    return _signed(cast, transforms=(HONEST.transforms[0], XPATH, EXCLUSIVE))


@refused_as("digest_mismatch")
def wrapping_8_forged_part_beside_the_signed_one(cast: Cast) -> bytes:
    return _edited(_signed(cast), cast.part, cast.part + cast.forged)


WRAPPINGS = tuple(name for name in FORGERIES if name.startswith("wrapping"))


# -- the content


@refused_as("digest_mismatch")
def amount_tampered(cast: Cast) -> bytes:
    return _edited(_signed(cast), ">500000<", ">500001<")


@refused_as("text_split")
def comment_in_amount(cast: Cast) -> bytes:
    return _edited(_signed(cast), ">500000<", ">50<!-- -->0000<")


@refused_as("text_split")
def instruction_in_amount(cast: Cast) -> bytes:
    return sign(document().replace(b">500000<", b">50<?x?>0000<"), cast.bank)


@refused_as("doctype_forbidden")
def doctype(cast: Cast) -> bytes:
    return b"<!DOCTYPE Document>" + _signed(cast)


@refused_as("doctype_forbidden")
def entity_for_the_amount(cast: Cast) -> bytes:
    doctype = b'<!DOCTYPE Document [<!ENTITY amount "500000">]>'
    return doctype + _edited(_signed(cast), ">500000<", ">&amount;<")


@refused_as("not_xml")
def cut_off(cast: Cast) -> bytes:
    return _signed(cast)[:-20]


@refused_as("xml_limit")
def nested_too_deep(cast: Cast) -> bytes:
    return b"<Document>" + b"<a>" * 300 + b"</a>" * 300 + b"</Document>"


# -- the place


@refused_as("signature_missing")
def unsigned(cast: Cast) -> bytes:
    return document()


@refused_as("signature_misplaced")
def signature_in_an_entry(cast: Cast) -> bytes:
    return sign(document(), cast.bank, place="Ntry")


@refused_as("signature_misplaced")
def signature_at_the_end_of_a_statement(cast: Cast) -> bytes:
    return sign(document(room=False), cast.bank, place="Stmt")


@refused_as("signature_misplaced")
def envelope_of_a_foreign_namespace(cast: Cast) -> bytes:
    return sign(document().replace(b"<Envlp>", b'<Envlp xmlns="urn:other">'), cast.bank)


@refused_as("signature_misplaced")
def signature_around_the_message(cast: Cast) -> bytes:
    signature = _signature(etree.fromstring(_signed(cast)))
    etree.SubElement(signature, f"{{{DSIG}}}Object").append(_forged(cast))
    return etree.tostring(signature)


@refused_as("signature_not_last")
def something_after_the_signature(cast: Cast) -> bytes:
    return _edited(_signed(cast), "</Signature>", '</Signature><Ntry xmlns="urn:other"/>')


# -- the algorithms


@refused_as("signature_algorithm_forbidden")
def signature_with_sha1(cast: Cast) -> bytes:
    return _signed(cast, signature=f"{DSIG}rsa-sha1")


@refused_as("signature_algorithm_forbidden")
def signature_with_hmac(cast: Cast) -> bytes:
    return _signed(cast, signature="http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")


@refused_as("signature_algorithm_forbidden")
def signature_with_none(cast: Cast) -> bytes:
    return _signed(cast, signature="none")


@refused_as("digest_algorithm_forbidden")
def digest_with_sha1(cast: Cast) -> bytes:
    return _signed(cast, digest=f"{DSIG}sha1")


@refused_as("canonicalization_forbidden")
def canonicalization_with_comments(cast: Cast) -> bytes:
    return _signed(cast, canonicalization=f"{EXCLUSIVE}WithComments")


@refused_as("canonicalization_forbidden")
def inclusive_canonicalization(cast: Cast) -> bytes:
    return _signed(cast, canonicalization=INCLUSIVE)


@refused_as("transform_forbidden")
def xslt_transform(cast: Cast) -> bytes:
    return _signed(cast, transforms=(HONEST.transforms[0], XSLT, EXCLUSIVE))


@refused_as("transform_forbidden")
def no_canonicalization_of_the_content(cast: Cast) -> bytes:
    return _signed(cast, transforms=HONEST.transforms[:1])


# -- the key


@refused_as("certificate_not_pinned")
def signed_by_a_stranger(cast: Cast) -> bytes:
    return sign(document(), cast.stranger)


@refused_as("signature_mismatch")
def signed_by_a_stranger_naming_the_bank(cast: Cast) -> bytes:
    return sign(document(), cast.stranger, replace(HONEST, key_info=cast.bank.element()))


@refused_as("certificate_missing")
def bare_key_without_certificate(cast: Cast) -> bytes:
    key = "<KeyValue><RSAKeyValue><Modulus>AQAB</Modulus><Exponent>AQAB</Exponent></RSAKeyValue></KeyValue>"
    return _signed(cast, key_info=key)


@refused_as("certificate_not_unique")
def two_certificates(cast: Cast) -> bytes:
    return _signed(cast, key_info=cast.bank.element() + cast.stranger.element())


# -- the values


@refused_as("signature_with_comment")
def comment_in_the_signature(cast: Cast) -> bytes:
    return _edited(_signed(cast), "</SignedInfo>", "</SignedInfo><!-- -->")


@refused_as("text_split")
def comment_in_the_digest(cast: Cast) -> bytes:
    return _edited(_signed(cast), "<DigestValue>", "<DigestValue><!-- -->")


@refused_as("value_size")
def empty_digest(cast: Cast) -> bytes:
    root = etree.fromstring(_signed(cast))
    _value(root, "DigestValue").text = None
    return etree.tostring(root)


@refused_as("value_not_base64")
def signature_value_is_no_base64(cast: Cast) -> bytes:
    return _edited(_signed(cast), "<SignatureValue>", "<SignatureValue>!")


@refused_as("signature_mismatch")
def signature_value_of_another_message(cast: Cast) -> bytes:
    other = etree.fromstring(sign(document("pain.002.001.12"), cast.bank))
    root = etree.fromstring(_signed(cast))
    _value(root, "SignatureValue").text = _value(other, "SignatureValue").text
    return etree.tostring(root)


@refused_as("signature_misplaced")
def message_in_a_wrapper(cast: Cast) -> bytes:
    return sign(b"<Envelope>" + document() + b"</Envelope>", cast.bank)
