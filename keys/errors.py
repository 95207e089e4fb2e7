"""Every error the keys can raise.

    KeysError                a stable ``code`` and parameters; words are made by the command line only
    ├── WrongPassphrase      the key named does not open with it (or its file was changed)
    ├── KeyMissing           no key, certificate or folder of this name
    ├── KeyExists            a file of this name stands already; keys are never overwritten
    ├── UnsafeFile           link, foreign owner, mode too open: not even read
    ├── BadKey               a name, passphrase, certificate or host key that cannot be used
    ├── TokenTrouble         a PKCS#11 token, or what should lie in it, cannot be used
    ├── BrokenEnvelope       personal data at rest was changed, moved to another row, or sealed by another vault
    ├── NoBackup             not a backup, or of a form that this version does not know
    ├── BrokenBackup         a backup that was cut short or changed
    └── BadProof             a received file proves nothing; it is quarantined
        ├── Hostile          refused before any signature was looked at: size, DOCTYPE, not XML
        ├── NotTrusted       the certificate is not pinned, not valid now, or our own
        └── BadSignature     missing, misplaced, of a forbidden form, or not matching

Parameters name keys, places and algorithms, never contents: no secret, no person (A3).
"""

from __future__ import annotations


class KeysError(Exception):
    """A key or a proof cannot be used."""

    def __init__(self, code: str, **params: str | int) -> None:
        self.code = code
        self.params = params
        super().__init__(code)

    def __str__(self) -> str:
        details = ", ".join(f"{key}={value}" for key, value in self.params.items())
        return f"{self.code}({details})" if details else self.code


class WrongPassphrase(KeysError):
    """The key does not open with this passphrase."""

    def __init__(self, key: str) -> None:
        super().__init__("wrong_passphrase", key=key)


class KeyMissing(KeysError):
    """No such key; ``chitra key generate`` or ``chitra init`` makes it."""

    def __init__(self, key: str) -> None:
        super().__init__("key_missing", key=key)


class KeyExists(KeysError):
    """The name is taken; choose another one."""

    def __init__(self, key: str) -> None:
        super().__init__("key_exists", key=key)


class UnsafeFile(KeysError):
    """Others could read or have changed this file; ``chmod 600`` (folders ``700``) and ask how it came about."""


class BadKey(KeysError):
    """Not a usable key, certificate, name or passphrase."""


class TokenTrouble(KeysError):
    """A token that is missing, locked, lost, or without the right key; no PIN is tried again by itself."""


class BrokenEnvelope(KeysError):
    """Sealed data that does not open."""


class NoBackup(KeysError):
    """Not a backup of this form."""


class BrokenBackup(KeysError):
    """A backup that was cut short or changed."""


class BadProof(KeysError):
    """A received file that proves nothing."""


class Hostile(BadProof):
    """Refused before its signature was looked at."""


class NotTrusted(BadProof):
    """Signed by someone we did not pin, or outside the certificate's validity."""


class BadSignature(BadProof):
    """The signature is missing, of a forbidden form, or does not match."""
