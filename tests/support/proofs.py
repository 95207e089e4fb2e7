"""Proofs of a payment in tests: how one is made, changed, and judged by the program of the page."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from support.gateways import Gateway, person

from gateway import proving
from gateway.app import App

STRANGER = person("stranger").public_pem.decode()
PAGE = Path(__file__).parents[2] / "docs" / "proof.md"


def proven(gateway: Gateway, ref: str = "TC-0001") -> bytes:
    return proving.prove(cast(App, gateway), gateway.end_to_end_id(ref))


def body_of(bundle: bytes) -> dict[str, Any]:
    return cast(dict[str, Any], json.loads(bundle)["body"])


def recipe(tmp_path: Path, bundle: bytes) -> subprocess.CompletedProcess[str]:
    """The program of docs/proof.md, with the standard library and openssl alone."""
    (program,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    (tmp_path / "proof").write_bytes(bundle)
    (tmp_path / "recipe.py").write_text(program, "utf-8")
    command = [sys.executable, "-I", "-S", str(tmp_path / "recipe.py"), "proof"]
    return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)


# --- changes ---------------------------------------------------------------------------------------------------------


def put(*path: str | int, value: Any) -> Callable[[dict[str, Any]], None]:
    """A change of one value in the body."""

    def change(body: dict[str, Any]) -> None:
        for step in path[:-1]:
            body = body[step]  # type: ignore[index]
        body[path[-1]] = value  # type: ignore[index]

    return change


CHANGES: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "another person": (lambda body: body["content"].update(row=body["content"]["row"].replace("An", "Anh")), "content"),
    "another amount approved": (lambda body: body["approval"].update(line=_more(body["approval"]["line"])), "content"),
    "another batch": (lambda body: body["approval"].update(head="X" + body["approval"]["head"]), "line"),
    "another way to the root": (lambda body: body["approval"]["path"].pop(), "line"),
    "another environment": (put("environment", value="production"), "approval"),
    "an approval less": (lambda body: body["approval"]["signatures"].pop(), "approvals"),
    "an approval twice": (lambda body: _twice(body["approval"]["signatures"]), "approvals"),
    "another approver": (put("approval", "signatures", 0, "operator", value="maker"), "approval"),
    "an enrolment less": (lambda body: body["people"]["statements"].pop(), "people"),
    "another reason of an enrolment": (put("people", "statements", 0, "reason", value="other"), "people"),
    "another root admin": (put("people", "roots", "admin", value=STRANGER), "people"),
    "a root admin more": (put("people", "roots", "lan", value=STRANGER), "seal"),
    "another amount": (put("payment", "amount", value=1), "payment"),
    "another line": (lambda body: body["file"].update(line=_more(body["file"]["line"])), "file_line"),
    "a signature of nobody": (put("file", "signature", "value", value="AAAA"), "signature"),
    "another status": (put("answers", 0, "said", -1, "status", value="RJCT"), "answer"),
    "another entry": (lambda body: body["bookings"][0].update(part=_more(body["bookings"][0]["part"])), "booking"),
    "no return": (lambda body: body["bookings"].pop(), "state"),
    "another link of the record": (put("anchor", "sequence", value=1), "anchor"),
    "another day": (put("bookings", 0, "booked_on", value="2026-11-09"), "seal"),
    "another file": (put("file", "sha256", value="0" * 64), "signature"),
    "another signer": (put("sealed_by", value="0" * 16), "seal"),
}


def _more(text: str) -> str:
    return text.replace("500001", "900001")


def _twice(signatures: list[Any]) -> None:
    signatures[1] = signatures[0]
