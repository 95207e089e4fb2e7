"""What a file is, for people: the message it holds, its sums, its entries, and everything that is wrong with it.

Any file may be given, of anybody: what is no message is said to be what it looks like. Nothing is proved here: a
signature is named, not checked.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import islice
from typing import BinaryIO

from formats.errors import FormatError
from formats.iso20022 import schema as schemas
from formats.iso20022.explain import accounts, payments, statements, statuses, verdict
from formats.iso20022.explain.counting import FINDINGS_MAX, Counting, Findings, of_error
from formats.iso20022.explain.looks import START_BYTES, looks_like
from formats.iso20022.explain.model import Explanation, Finding, Summary

ROWS_MAX = 20

_SUMMARIES: dict[str, Callable[[BinaryIO, Counting], Summary]] = {
    "pain.001": payments.summarise,
    "pain.002": statuses.summarise,
    "camt.052": statements.summarise,
    "camt.053": statements.summarise,
    "camt.054": statements.summarise,
    "acmt.007": accounts.summarise_openings,
    "acmt.010": accounts.summarise_openings,
    "acmt.011": accounts.summarise_openings,
    "acmt.023": accounts.summarise_verifications,
    "acmt.024": accounts.summarise_verifications,
}
"""The messages that are explained; others are named and checked by their schema."""
UNKNOWN_SIZE_BYTES_MAX = 64 << 20
"""A message that is not explained is read as one tree, so no larger one is."""


def explain(source: BinaryIO, limit: int = ROWS_MAX) -> Explanation:
    """Everything that can be said of a seekable file; at most ``limit`` rows of each list, all with 0. Never raises
    FormatError."""
    looks = looks_like(source.read(START_BYTES))
    source.seek(0)
    if looks != "xml":
        return Explanation(looks, findings=(Finding("", "empty" if looks == "empty" else "not-xml", {"kind": looks}),))
    try:
        version = schemas.message_name(source)
    except FormatError as error:
        return _nameless(source, error)
    return _explained(source, version, limit)


def _nameless(source: BinaryIO, error: FormatError) -> Explanation:
    """XML that is no message: a signature on its own, a namespace nobody knows, or broken from the start."""
    found = verdict.frame(source, None)
    return Explanation("xml", frame=found, findings=(of_error(found.error or error),))


def _explained(source: BinaryIO, version: str, limit: int) -> Explanation:
    size_bytes = source.seek(0, os.SEEK_END)
    summarise = _SUMMARIES.get(version[:8])
    if summarise is None and size_bytes > UNKNOWN_SIZE_BYTES_MAX:
        too_large = Finding("", "schema-not-checked", {"size": size_bytes, "allowed": UNKNOWN_SIZE_BYTES_MAX})
        return Explanation("xml", version[:8], version, findings=(too_large,))
    found = verdict.frame(source, version)
    counting = Counting(found, limit)
    source.seek(0)
    summary = summarise(source, counting) if summarise else None
    findings = _all(counting, verdict.findings(source, version, size_bytes, counting))
    return Explanation(
        looks_like="xml",
        message=version[:8],
        version=version,
        frame=found,
        summary=summary,
        findings=tuple(findings.kept),
        findings_more=findings.more,
        notes=tuple(_notes(counting, summary)),
    )


def _all(counting: Counting, breaches: Iterator[Finding]) -> Findings:
    """What was counted first, then what the schema says, each once."""
    findings = counting.findings
    families = sorted({name[:8] for name in counting.outline.documents})
    if len(families) > 1:
        findings.add("", "several-messages", messages=", ".join(families))
    for breach in islice(breaches, FINDINGS_MAX + 1):
        if breach not in findings.kept:
            findings.take(breach)
    return findings


def _notes(counting: Counting, summary: Summary | None) -> Iterator[Finding]:
    """What is worth knowing and needs nobody."""
    for rule, times in counting.notes.items():
        yield Finding("", rule, {"times": times})
    if summary is None:
        yield Finding("", "not-explained-further")
    if counting.outline.signatures:
        yield Finding("", "signature-not-checked")
