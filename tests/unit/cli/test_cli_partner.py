"""``partner``: declarations and the connection test."""

from __future__ import annotations

import shutil

from support.inprocess import Gateway


def test_list_and_show_say_how_far_a_declaration_can_be_trusted(month: Gateway) -> None:
    partners = {each["partner"]: each for each in month.json("partner", "list").done()["partners"]}
    assert len(partners) == 5
    shown = month.json("partner", "show", "momo").done()
    assert "starting point" in shown["status"]
    assert {name: shown[name] for name in partners["momo"]} == partners["momo"]
    assert [inbox["message"] for inbox in shown["inboxes"]] == ["pain.002", "camt.054", "camt.053"]
    assert {inbox["proof"] for inbox in shown["inboxes"]} == {"enveloped"}
    assert "starting point" in month.words("partner", "show", "momo").out


def test_show_says_how_and_when_files_go_there(month: Gateway) -> None:
    section = (
        "[partners.momo.outbox]\ndelivery = 'marker'\narchives = ['/in/archive']\nopens = 08:00:00\ncloses = 16:30:00"
    )
    month.configure("[routing]", f"{section}\n\n[routing]")
    outbox = month.json("partner", "show", "momo").done()["outbox"]
    assert (outbox["delivery"], outbox["marker"], outbox["archives"]) == ("marker", ".done", ["/in/archive"])
    assert (outbox["opens"], outbox["closes"]) == ("08:00", "16:30")
    said = month.words("partner", "show", "momo").out
    assert all(word in said for word in ("marker", "/in/archive", "16:30"))


def test_an_unknown_partner_is_one_line(month: Gateway) -> None:
    for command in ("show", "test"):
        answer = month.json("partner", command, "nobody")
        assert (answer.code, answer.document["error"]["code"]) == (1, "partner_unknown")


def test_test_connects_and_lists_every_folder(served: Gateway) -> None:
    tested = served.json("partner", "test", "momo").done()
    assert tested["ok"] is True
    assert tested["host_key"].startswith("SHA256:")
    assert {each["folder"] for each in tested["folders"]} >= {"/in", "/out/status", "/out/status/archive"}
    assert sum(each["files"] for each in tested["folders"]) > 0


def test_test_names_a_folder_that_is_missing_and_looks_at_the_others(served: Gateway) -> None:
    shutil.rmtree(served.home / "sandbox" / "momo" / "home" / "out" / "status")
    answer = served.json("partner", "test", "momo")
    errors = {each["folder"]: each["error"] for each in answer.document["folders"]}
    assert answer.code == 1
    assert errors["/out/status"]["code"] == "no_such_file"
    assert errors["/out/statement"] is None


def test_test_of_a_server_that_does_not_answer_fails(month: Gateway) -> None:
    answer = month.json("partner", "test", "momo")
    assert (answer.code, answer.document["error"]["code"]) == (1, "unreachable")


def test_t8_test_of_another_server_than_the_pinned_one_is_an_alarm(served: Gateway) -> None:
    pinned = served.json("partner", "show", "momo").done()["host_keys"][0]
    other = (served.home / "keyring" / "sftp.pub").read_text().split()[1]
    served.configure(pinned.split()[1], other)
    assert served.json("partner", "test", "momo").code == 5
