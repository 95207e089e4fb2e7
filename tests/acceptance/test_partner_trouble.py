"""A partner with the wrong host key, a partner that is down, a rename that is refused: the others are served."""

from __future__ import annotations

from pathlib import Path

from support.homes import Home
from support.sshd import generate_key, sshd

OTHERS = {"vietinbank", "vietcombank", "momo", "viettelmoney"}
AUTHENTICATION = "userauth-request"
"""What sshd logs (DEBUG1) for every attempt to log in."""


def test_t8_wrong_host_key_stops_before_any_credential_and_the_others_are_served(
    approved_sqlite_home: Home, tmp_path: Path
) -> None:
    home = approved_sqlite_home
    home.configure_partner("agribank", host_keys=[generate_key(tmp_path / "other")])
    sent = home.send()
    assert sent.code == 5
    states = {file["partner"]: file["state"] for file in sent.json["files"]}
    assert states == {"agribank": "sealed"} | dict.fromkeys(OTHERS, "sent")
    (error,) = (file["error"]["code"] for file in sent.json["files"] if "error" in file)
    assert error == "host_key_mismatch"
    assert home.servers["agribank"].logged("Connection from") > 0
    assert home.servers["agribank"].logged(AUTHENTICATION) == 0
    assert home.servers["momo"].logged(AUTHENTICATION) > 0

    home.work()
    polled = home.poll()
    assert polled.code == 5
    assert [error["partner"] for error in polled.json["errors"]] == ["agribank"]
    assert {file["partner"] for file in polled.json["files"]} == OTHERS
    assert home.servers["agribank"].logged(AUTHENTICATION) == 0


def test_m5_partner_that_was_down_gets_the_same_bytes_later_and_the_others_at_once(
    approved_sqlite_home: Home, tmp_path: Path
) -> None:
    home = approved_sqlite_home
    home.configure_partner("agribank", port=1)
    sent = home.send()
    assert sent.code == 1
    (waiting,) = (file for file in sent.json["files"] if file["state"] != "sent")
    assert (waiting["partner"], waiting["state"]) == ("agribank", "sealed")
    sealed = tmp_path / "sealed.xml"
    home.chitra("file", "export", waiting["file"], "-o", sealed).done()
    assert not any(name.startswith("agribank") for name in home.orders())

    home.configure_partner("agribank", port=home.servers["agribank"].port)
    (later,) = home.send().done()["files"]
    assert (later["file"], later["name"], later["state"]) == (waiting["file"], waiting["name"], "sent")
    assert home.orders()[f"agribank/{waiting['name']}"] == sealed.read_bytes()


def test_m9_unknown_outcome_is_said_with_exit_4_and_stays_until_the_partner_answers(approved_sqlite_home: Home) -> None:
    """A server that refuses the rename: after the release intent only the partner's word counts."""
    home = approved_sqlite_home
    served = home.folder("agribank", "")
    key = (home.path / "keyring" / "sftp.pub").read_text()
    with sshd(served, key, sftp="internal-sftp -P rename") as stubborn:
        home.configure_partner("agribank", port=stubborn.port, host_keys=[stubborn.host_key])
        for _ in range(2):
            sent = home.send()
            assert sent.code == 4
            (unknown,) = (file for file in sent.json["files"] if file["partner"] == "agribank")
            assert unknown["state"] == "unknown"
        assert not any(name.startswith("agribank") for name in home.orders())
    (temporary,) = (path for path in (served / "in").iterdir() if path.is_file())
    temporary.rename(served / "in" / unknown["name"])  # the partner took the upload as it was

    home.configure_partner(
        "agribank", port=home.servers["agribank"].port, host_keys=[home.servers["agribank"].host_key]
    )
    home.work()
    home.poll().done()
    shown = home.chitra("file", "show", unknown["file"]).done()
    assert (shown["state"], len(shown["attempts"])) == ("closed", 1)
    assert home.send().done() == {"files": [], "errors": [], "received": []}
