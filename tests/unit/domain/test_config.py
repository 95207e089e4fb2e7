"""``chitra.toml``: what is wrong is said with file and key, on one line."""

from __future__ import annotations

import re
from datetime import time
from pathlib import Path

import pytest

from gateway import config
from gateway.domain.errors import NotConfigured
from gateway.partners import configured_profile

GOOD = """
[gateway]
environment = "sandbox"
organisation = "UBND XA THACH THAT"
organisation_id = "0101234567"

[payers.thachthat]
name = "UBND XA THACH THAT"
tax_id = "0101234567"
accounts = { vietinbank = "110000000001" }
programme_accounts = { pension = { vietinbank = "110000000009" } }

[routing]
default = "vietinbank"

[partners.vietinbank]
adapter = "vietinbank"
directory = "vietinbank"
"""


def _load(folder: Path, text: str) -> config.Config:
    (folder / "chitra.toml").write_text(text, encoding="utf-8")
    return config.load(folder)


def _refused(folder: Path, text: str) -> NotConfigured:
    with pytest.raises(NotConfigured) as refused:
        _load(folder, text)
    assert "\n" not in str(refused.value)
    return refused.value


def test_a_good_file_is_read_with_its_defaults(tmp_path: Path) -> None:
    loaded = _load(tmp_path, GOOD)
    assert loaded.gateway.database == "sqlite:///chitra.db"
    assert loaded.gateway.approvals_required == 2
    assert loaded.partners["vietinbank"].signing_key == "payments"


def test_a_programme_may_have_an_account_of_its_own(tmp_path: Path) -> None:
    payer = _load(tmp_path, GOOD).payers["thachthat"]
    assert payer.account("vietinbank", "pension") == "110000000009"
    assert payer.account("vietinbank", "meals") == "110000000001"
    assert payer.account("momo", "pension") is None
    assert set(payer.accounts_at("vietinbank")) == {"110000000001", "110000000009"}


def _in_outbox(lines: str) -> tuple[str, str]:
    return 'directory = "vietinbank"', f'directory = "x"\n[partners.vietinbank.outbox]\n{lines}'


BROKEN = {
    "misspelt key": ("organisation_id =", "organisation_idd =", r"gateway\.organisation_idd?"),
    "misspelt section": ("[routing]", "[routing]\nfallback = 'x'", r"routing\.fallback"),
    "environment": ('"sandbox"', '"test"', r"gateway\.environment"),
    "no approvals": (
        "[payers.thachthat]",
        "approvals_required = 0\n[payers.thachthat]",
        r"gateway\.approvals_required",
    ),
    "fewer checkers for more": (
        "[routing]",
        "[[approvals]]\nabove = 5\ncheckers = 1\n[routing]",
        "$",
    ),
    "no releaser for more": (
        "[routing]",
        "[[approvals]]\nabove = 5\ncheckers = 2\nreleaser = true\n[[approvals]]\nabove = 6\ncheckers = 2\n[routing]",
        "approvals",
    ),
    "steps out of order": (
        "[routing]",
        "[[approvals]]\nabove = 5\ncheckers = 2\n[[approvals]]\nabove = 5\ncheckers = 3\n[routing]",
        "approvals",
    ),
    "a crowd of checkers": (
        "[routing]",
        "[[approvals]]\nabove = 5\ncheckers = 10\n[routing]",
        r"approvals\.0\.checkers",
    ),
    "hours backwards": (
        "[routing]",
        "[business_hours]\nopens = 17:00:00\ncloses = 07:00:00\n[routing]",
        "business_hours",
    ),
    "account as number": ('"110000000001"', "110000000001", r"payers\.thachthat\.accounts\.vietinbank"),
    "no way to the partner": ('directory = "vietinbank"', "", r"partners\.vietinbank"),
    "two ways": ('directory = "vietinbank"', 'directory = "x"\nhost = "h"', r"partners\.vietinbank"),
    "host without key": ('directory = "vietinbank"', 'host = "h"\nuser = "u"', r"partners\.vietinbank"),
    "less proof than any": (
        'directory = "vietinbank"',
        'directory = "x"\n[partners.vietinbank.inboxes."camt.053"]\nproof = "none"',
        r"partners\.vietinbank\.inboxes\.camt\.053\.proof",
    ),
    "unknown form": (*_in_outbox('delivery = "mail"'), r"partners\.vietinbank\.outbox\.delivery"),
    "marker that hides the file": (*_in_outbox('marker = ""'), r"partners\.vietinbank\.outbox\.marker"),
    "marker with a path": (*_in_outbox('marker = "/x"'), r"partners\.vietinbank\.outbox\.marker"),
    "archive above": (*_in_outbox('archives = ["/in/../x"]'), r"partners\.vietinbank\.outbox\.archives"),
    "opens alone": (*_in_outbox("opens = 08:00:00"), r"partners\.vietinbank\.outbox"),
    "closes first": (*_in_outbox("opens = 17:00:00\ncloses = 08:00:00"), r"partners\.vietinbank\.outbox"),
    "limit as text": (
        'directory = "vietinbank"',
        'directory = "x"\n[partners.vietinbank.limits]\namount_per_file_max = "much"',
        r"partners\.vietinbank\.limits\.amount_per_file_max",
    ),
    "passphrase in the file": ("[routing]", '[keys.payments]\npassphrase = "secret"\n[routing]', r"keys\.payments"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_an_error_names_the_file_and_the_key(tmp_path: Path, name: str) -> None:
    old, new, key = BROKEN[name]
    assert old in GOOD
    error = _refused(tmp_path, GOOD.replace(old, new, 1))
    assert error.code == "config_wrong"
    assert error.params["path"] == str(tmp_path / "chitra.toml")
    assert re.match(key, str(error.params["key"]))


def test_a3_an_error_does_not_repeat_the_value(tmp_path: Path) -> None:
    error = _refused(tmp_path, GOOD.replace("[routing]", '[keys.payments]\npassphrase = "hunter2!"\n[routing]'))
    assert "hunter2" not in str(error)


def test_how_files_go_to_a_partner_overrides_its_profile(tmp_path: Path) -> None:
    lines = 'delivery = "marker"\nmarker = ".fin"\narchives = ["/in/archive"]\nopens = 08:00:00\ncloses = 16:30:00'
    loaded = _load(tmp_path, GOOD.replace(*_in_outbox(lines)))
    outbox = configured_profile(loaded.partners["vietinbank"]).outbox
    assert (outbox.delivery, outbox.marker, outbox.archives) == ("marker", ".fin", ("/in/archive",))
    assert (outbox.opens, outbox.closes) == (time(8), time(16, 30))
    assert outbox.folder == "/in"


def test_a_signature_beside_the_file_is_declared_for_every_form_but_the_drop_box(tmp_path: Path) -> None:
    loaded = _load(tmp_path, GOOD.replace(*_in_outbox('signature = "cms"')))
    assert configured_profile(loaded.partners["vietinbank"]).outbox.beside("A.xml") == "A.xml.p7s"
    loaded = _load(tmp_path, GOOD.replace(*_in_outbox('signature = "cms"\ndelivery = "dropbox"')))
    with pytest.raises(NotConfigured, match="dropbox_with_signature"):
        configured_profile(loaded.partners["vietinbank"])


def test_a_default_partner_must_be_configured(tmp_path: Path) -> None:
    error = _refused(tmp_path, GOOD.replace('default = "vietinbank"', 'default = "momo"'))
    assert "momo" in str(error.params["reason"])


def test_broken_toml_is_said_with_its_place(tmp_path: Path) -> None:
    error = _refused(tmp_path, GOOD + "\n[routing\n")
    assert error.code == "config_unreadable"
    assert "line" in str(error.params["reason"])


def test_a_file_in_another_encoding_is_said(tmp_path: Path) -> None:
    (tmp_path / "chitra.toml").write_bytes("[gateway]\norganisation = 'xã'".encode("cp1258", "replace") + b"\xff")
    with pytest.raises(NotConfigured, match="config_unreadable"):
        config.load(tmp_path)


def test_a_folder_without_configuration_is_no_home(tmp_path: Path) -> None:
    with pytest.raises(NotConfigured, match="no_home"):
        config.load(tmp_path)


def test_a_file_in_the_place_of_the_home_is_no_home(tmp_path: Path) -> None:
    (tmp_path / "list.csv").touch()
    with pytest.raises(NotConfigured, match="no_home"):
        config.load(tmp_path / "list.csv")


def test_the_only_payer_need_not_be_named(tmp_path: Path) -> None:
    loaded = _load(tmp_path, GOOD)
    assert loaded.payer(None) == "thachthat"
    with pytest.raises(NotConfigured, match="payer_unknown"):
        loaded.payer("other")
