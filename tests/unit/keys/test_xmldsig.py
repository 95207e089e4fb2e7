"""Our own signature: spliced into canonical bytes, believed by other implementations."""

from __future__ import annotations

import io
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from lxml import etree
from signxml import XMLVerifier
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.verifier import SignatureConfiguration
from support.forgeries import Cast
from support.services import require_tool
from support.signatures import ISO, NOW, TemporarySpool, canonical

from keys.errors import BadSignature
from keys.signing import SigningKey
from keys.xmldsig import check_spliced, sign_digest, splice, verify_enveloped

HEAD = (
    f'<Document xmlns="{ISO}:pain.001.001.09"><CstmrCdtTrfInitn><GrpHdr><MsgId>A1</MsgId></GrpHdr>'
    "<PmtInf><Nm>UBND xã Thạch Thất</Nm></PmtInf><SplmtryData><Envlp>"
).encode()
TAIL = b"</Envlp></SplmtryData></CstmrCdtTrfInitn></Document>"
UNSIGNED = HEAD + TAIL
DIGEST = sha256(UNSIGNED).digest()


@pytest.fixture
def signature(signing_key: SigningKey) -> bytes:
    return sign_digest(DIGEST, signing_key)


@pytest.fixture
def signed(signature: bytes) -> bytes:
    sink = io.BytesIO()
    splice(io.BytesIO(UNSIGNED), len(HEAD), signature, sink)
    return sink.getvalue()


def test_m7_the_signature_is_canonical_and_everything_else_untouched(signed: bytes, signature: bytes) -> None:
    assert signed == HEAD + signature + TAIL
    assert canonical(etree.fromstring(signed)) == signed


def test_m5_signing_twice_gives_the_same_bytes(signature: bytes, signing_key: SigningKey) -> None:
    assert sign_digest(DIGEST, signing_key) == signature


def test_signxml_believes_it(signed: bytes, signing_key: SigningKey) -> None:
    form = SignatureConfiguration(
        location="./{*}CstmrCdtTrfInitn/{*}SplmtryData/{*}Envlp/",
        signature_methods=frozenset({SignatureMethod.RSA_SHA256}),
        digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
        verification_time=NOW,
    )
    result = XMLVerifier().verify(signed, x509_cert=signing_key.certificate_pem.decode(), expect_config=form)
    assert not isinstance(result, list)
    assert result.signed_data == UNSIGNED


def test_our_own_strict_reader_believes_it(signed: bytes, signing_key: SigningKey) -> None:
    verified = verify_enveloped(io.BytesIO(signed), [signing_key.certificate_pem], TemporarySpool(), NOW)
    assert verified.sha256 == DIGEST.hex()


@pytest.mark.parametrize("tampered", [False, True])
def test_xmlsec_believes_it_and_only_it(signed: bytes, signing_key: SigningKey, tmp_path: Path, tampered: bool) -> None:
    xmlsec1 = require_tool("xmlsec1")
    (tmp_path / "ours.pem").write_bytes(signing_key.certificate_pem)
    (tmp_path / "file.xml").write_bytes(signed.replace(b"A1", b"A2") if tampered else signed)
    at = NOW.strftime("%Y-%m-%d %H:%M:%S")
    trust = ["--enabled-key-data", "x509", "--trusted-pem", str(tmp_path / "ours.pem"), "--verification-time", at]
    done = subprocess.run([xmlsec1, "--verify", *trust, str(tmp_path / "file.xml")], capture_output=True, text=True)
    assert (done.returncode == 0) is not tampered, done.stderr


def test_the_finished_file_is_checked_byte_for_byte(signed: bytes, signature: bytes, signing_key: SigningKey) -> None:
    found = check_spliced(io.BytesIO(signed), len(HEAD), len(signature), signing_key.certificate_pem)
    assert found == DIGEST


def test_m7_any_changed_byte_of_the_finished_file_is_found(
    signed: bytes, signature: bytes, signing_key: SigningKey
) -> None:
    for position in range(0, len(signed), 7):
        changed = bytearray(signed)
        changed[position] ^= 1
        with pytest.raises(BadSignature):
            check_spliced(io.BytesIO(bytes(changed)), len(HEAD), len(signature), signing_key.certificate_pem)


@pytest.mark.parametrize(("splice_at", "size_bytes"), [(-1, 0), (1, 0), (0, 1), (0, -1)])
def test_wrong_positions_are_found(
    signed: bytes, signature: bytes, signing_key: SigningKey, splice_at: int, size_bytes: int
) -> None:
    with pytest.raises(BadSignature):
        check_spliced(
            io.BytesIO(signed), len(HEAD) + splice_at, len(signature) + size_bytes, signing_key.certificate_pem
        )


def test_a_file_cut_off_inside_its_signature_is_found(signed: bytes, signature: bytes, signing_key: SigningKey) -> None:
    with pytest.raises(BadSignature, match="file_too_short"):
        check_spliced(io.BytesIO(signed[: len(HEAD) + 9]), len(HEAD), len(signature), signing_key.certificate_pem)


def test_a_signature_by_another_key_is_found(signed: bytes, signature: bytes, cast: Cast) -> None:
    with pytest.raises(BadSignature, match="digest_mismatch"):
        check_spliced(io.BytesIO(signed), len(HEAD), len(signature), cast.bank.pem)
