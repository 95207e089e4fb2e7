from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from lxml import etree
from signxml.exceptions import InvalidDigest
from signxml.verifier import SignatureConfiguration, XMLVerifier
from support.services import require_tool
from unit.sandbox.payer import Line, World

SCHEMAS = Path(__file__).parents[4] / "shared" / "data" / "xsd"
PLACES = {
    "status": "./{*}CstmrPmtStsRpt/{*}SplmtryData/{*}Envlp/",
    "notification": "./{*}BkToCstmrDbtCdtNtfctn/{*}SplmtryData/{*}Envlp/",
    "statement": "./{*}BkToCstmrStmt/{*}SplmtryData/{*}Envlp/",
}
FATES = ("0001", "0404", "0307", "0707", "0909", "0505")


@pytest.fixture
def answered(world: World) -> World:
    lines = [Line(f"E{number}", f"10000000{ending}", name="H'BLANG & <Y>") for number, ending in enumerate(FATES)]
    world.send(*lines, Line("E9", "100000000001", 999_999))
    world.put(b"not xml", sequence=2)
    world.bank.work()
    for _ in range(3):
        world.time.next_day()
        world.bank.work()
    return world


def verify(world: World, content: bytes, kind: str) -> None:
    config = SignatureConfiguration(location=PLACES[kind], verification_time=world.time())
    XMLVerifier().verify(content, x509_cert=world.bank.certificate.decode(), expect_config=config)


def test_signxml_accepts_every_answer_at_its_place(answered: World) -> None:
    assert {path.parent.name for path in answered.files()} == set(PLACES)
    for path in answered.files():
        verify(answered, path.read_bytes(), path.parent.name)


def test_signxml_refuses_a_changed_answer(answered: World) -> None:
    for path in answered.files():
        with pytest.raises(InvalidDigest):
            verify(answered, path.read_bytes().replace(b"VIETINBANK", b"VIETINBANC"), path.parent.name)


def test_xmlsec_accepts_every_answer(answered: World) -> None:
    xmlsec1 = require_tool("xmlsec1")
    certificate = answered.root / "bank" / "bank" / "certificate.pem"
    command = [xmlsec1, "--verify", "--pubkey-cert-pem", str(certificate), "--enabled-key-data", "rsa"]
    for path in answered.files():
        done = subprocess.run([*command, str(path)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_algorithms_and_reference_are_the_agreed_ones(answered: World) -> None:
    signature = etree.parse(str(answered.files()[0])).getroot().find(".//{*}Signature")
    assert signature is not None
    used = [
        str(element.get("Algorithm")).rpartition("#")[2] for element in signature.iter() if element.get("Algorithm")
    ]
    assert used == ["", "rsa-sha256", "enveloped-signature", "", "sha256"]
    assert [reference.get("URI") for reference in signature.iter("{*}Reference")] == [""]


def test_every_answer_is_valid_against_the_official_schema(answered: World) -> None:
    if not SCHEMAS.is_dir():
        pytest.skip("the schemas of the shared data are absent")
    for path in answered.files():
        document = etree.parse(str(path))
        message = str(etree.QName(document.getroot()).namespace).rpartition(":")[2]
        schema = etree.XMLSchema(etree.parse(str(SCHEMAS / f"{message}.xsd")))
        assert schema.validate(document), f"{path.name}: {schema.error_log.last_error}"


def test_answers_have_the_names_of_their_inbox(answered: World) -> None:
    inboxes = {inbox.folder: inbox for inbox in answered.bank.profile.inboxes}
    for path in answered.files():
        assert inboxes[f"/out/{path.parent.name}"].accepts(path.name)
