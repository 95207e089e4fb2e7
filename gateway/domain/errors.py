"""Every error the gateway raises on purpose.

    ChitraError                   code and parameters; words are made by the command line only
    ├── Refusal                   exit 1: not done, nothing changed, the operator can mend it
    │   ├── NotConfigured         a setting, key, schema or database is missing; says what to run
    │   ├── NotFound              no such batch, payment, file, partner, operator
    │   ├── IllegalMove           a state change that money-safety does not allow
    │   ├── NotAllowed            the person may not do this (role, four eyes)
    │   ├── Busy                  another process holds the lock
    │   ├── Held                  a limit or missing money holds a batch; it is tried again at every run (M14)
    │   ├── Soon                  exit 3: nothing is wrong yet; a person should act in time
    │   └── NotYet                exit 0: nothing is wrong, it goes by itself at a later run
    ├── RemoteRefused             exit 1: the partner's server answered "no"; it did not happen
    ├── RemoteUnknown             exit 4: no answer; it may have happened
    └── Alarm                     exit 5: integrity or security; a person must look
        ├── HostKeyMismatch       the server is not the pinned one; no credential was sent
        ├── SafeMode              the database may not know all that was sent; nothing is sent (M15)
        ├── ApprovalVoid          the content is no longer what was approved (M12)
        ├── Tampered              stored bytes or the audit chain do not agree with their hash
        └── BadProof              a received file does not carry the proof its inbox demands

An error carries a stable ``code`` and parameters; it holds no secret and no personal data (A3).
"""

from __future__ import annotations


class ChitraError(Exception):
    """Something a person can understand; ``code`` is stable, ``params`` fill the words of the command line."""

    exit_code = 1

    def __init__(self, code: str, **params: str | int) -> None:
        self.code = code
        self.params = params
        super().__init__(code)

    def __str__(self) -> str:
        details = ", ".join(f"{key}={value}" for key, value in self.params.items())
        return f"{self.code}({details})" if details else self.code


class Refusal(ChitraError):
    """Not done; nothing changed."""


class NotConfigured(Refusal):
    """A setting, key, schema or database is missing."""


class NotFound(Refusal):
    """No such thing."""


class IllegalMove(Refusal):
    """A state change outside the table of legal moves (M3)."""

    def __init__(self, kind: str, source: str, target: str, subject: str = "") -> None:
        super().__init__("illegal_move", kind=kind, source=str(source), target=str(target), subject=subject)


class NotAllowed(Refusal):
    """This person may not do this."""


class Busy(Refusal):
    """Another process is at work."""


class Held(Refusal):
    """A limit or missing money holds a batch: nothing of it goes out, and it stands in the list of exceptions (M14)."""


class Soon(Refusal):
    """Nothing is wrong yet: somebody should act in time."""

    exit_code = 3


class NotYet(Refusal):
    """Nothing is wrong and nobody need act: a later run does it by itself."""

    exit_code = 0


class RemoteRefused(ChitraError):
    """The server answered, and the answer was no: the operation did not happen."""


class RemoteUnknown(ChitraError):
    """No answer came: the operation may or may not have happened (M9)."""

    exit_code = 4


class Alarm(ChitraError):
    """Integrity or security: stop, keep the bytes, ask a person."""

    exit_code = 5


class HostKeyMismatch(Alarm):
    """The server showed another host key than the pinned ones; no credential was sent (T8)."""


class SafeMode(Alarm):
    """The database may not know all that was sent: nothing is sent until two people resume (M15)."""


class ApprovalVoid(Alarm):
    """The content is not what was approved (M12)."""


class Tampered(Alarm):
    """Stored bytes do not agree with their hash."""


class BadProof(Alarm):
    """A received file does not carry the proof its inbox demands (T1, T9); it is quarantined."""
