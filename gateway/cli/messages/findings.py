"""What is wrong with a file of anybody, rule by rule, and what a file is when it is no message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.cli.messages import Templates, explain, fill
from gateway.cli.words import N_, _

RULES: Templates = {
    # what the file is
    "empty": N_("The file is empty."),
    "not-xml": N_("This looks like {kind}, not like an XML message. Ask the sender for the message itself."),
    "several-messages": N_("The file holds messages of several kinds ({messages}); only the first kind is summed up."),
    "not-explained-further": N_("Messages of this kind are named and checked by their schema, but not summed up."),
    "signature-not-checked": N_("The signature is named, not checked: this command proves nothing."),
    # what it says of itself
    "count-differs": N_("It says {declared} payments, there are {counted}."),
    "sum-differs": N_("It says a sum of {declared}, the payments add up to {counted}."),
    "sum-unreadable": N_("The sum it says cannot be read."),
    "balances-do-not-tie": N_("Opening {opening} and booked entries {booked} do not make closing {closing}."),
    "batch-count-differs": N_(
        "In {times} entries the number of payments said is not the number of details; that proves nothing."
    ),
    # the official schema: values
    "pattern": (
        N_("{element} does not have the form {pattern}."),
        N_("{element} does not have the form it must have."),
    ),
    "enumeration": (N_("{element} is none of: {allowed}."), N_("{element} is no value that is allowed.")),
    "length": (
        N_("{element} has {length} characters, {allowed} are needed."),
        N_("{element} does not have the length it must have."),
    ),
    "minLength": (
        N_("{element} has {length} characters, at least {allowed} are needed."),
        N_("{element} has fewer characters than are needed."),
    ),
    "maxLength": (
        N_("{element} has {length} characters, {allowed} are allowed."),
        N_("{element} has more characters than are allowed."),
    ),
    "minInclusive": (N_("{element} must be {allowed} or more."), N_("{element} is too small.")),
    "minExclusive": N_("{element} must be more than {allowed}."),
    "maxInclusive": (N_("{element} must be {allowed} or less."), N_("{element} is too large.")),
    "maxExclusive": N_("{element} must be less than {allowed}."),
    "totalDigits": (N_("{element} may have {allowed} digits, not more."), N_("{element} has too many digits.")),
    "fractionDigits": (
        N_("{element} may have {allowed} decimals, not more."),
        N_("{element} has too many decimals."),
    ),
    "datatype": (N_("{element} is no {type}."), N_("{element} has no value of its type.")),
    # the official schema: structure
    "missing-element": (
        N_("{element} is missing here; expected before {before}."),
        N_("{element} is missing in {parent}."),
    ),
    "unexpected-element": (
        N_("{element} is not known here; allowed: {allowed}."),
        N_("{element} must not stand here."),
    ),
    "misplaced-element": N_("{element} stands here once too often or in the wrong order."),
    "missing-attribute": (
        N_("{element} lacks its attribute {attribute}."),
        N_("{element} lacks an attribute."),
    ),
    "unexpected-attribute": (
        N_("{element} has an attribute {attribute} that is not known."),
        N_("{element} has an attribute that is not known."),
    ),
    "text-between-elements": N_("{element} holds text where only elements are allowed."),
    "elements-in-text": N_("{element} holds elements where only text is allowed."),
    "wrong-namespace": N_("{element} is not in the namespace of the official message."),
    "schema": N_("{element} breaks the official schema."),
    "schema-not-installed": N_(
        "The official schema of {message} is not here, so it was not checked. Run chitra schemas install."
    ),
    "schema-not-checked": N_("The file has {size:,} bytes; only up to {allowed:,} it is checked by its schema."),
    "schema-by-libxml2": N_(
        "The file is too large to say every breach of the schema in full; the paths have no positions."
    ),
    # what a partner's profile says
    "partner-version": N_("The partner takes {expected}, this is {got}."),
    "partner-payments-per-file": N_("The partner takes {allowed:,} payments a file, there are {counted:,}."),
    "partner-amount-per-file": N_("The partner takes {allowed} a file, the payments add up to {counted}."),
    "partner-amount-per-payment": N_("The partner takes {allowed} a payment; this one has more."),
    "partner-batch-booking": N_("The partner wants batch booking to be said as {expected}."),
    "partner-category-purpose": N_("This category purpose is none of a welfare payout: {allowed}."),
    "partner-purpose": N_(
        "This purpose is none of a welfare payout ({allowed}); a code must say nothing about health."
    ),
    "partner-charge-bearer": N_("The partner wants {expected} as bearer of charges."),
    "partner-currency": N_("The partner's currency is {expected}."),
    "partner-name-length": N_("The name has {length} characters, the partner takes {allowed}."),
    "partner-name-case": N_("The partner wants names in capital letters."),
    "partner-remittance-length": N_("The remittance text has {length} characters, the partner takes {allowed}."),
    "partner-charset": N_("{count} different characters are outside of what the partner takes ({charset})."),
    "partner-agent": N_("The bank must be named in the way of this partner ({expected})."),
    "partner-account-scheme": (
        N_("The account must carry the scheme {expected}, and only accounts at this partner do."),
        N_("The account must not carry a scheme."),
    ),
    "partner-account": N_("This account is none of ours at this partner."),
    "partner-no-inbox": N_("The partner sends no {message}; known are: {allowed}."),
    "partner-version-unknown": N_("No schema of {message} is known."),
}
"""Rule -> its sentence, or several, of which the first that the given parameters fill is taken."""

LOOKS = {
    "pdf": N_("a PDF document"),
    "zip": N_("a ZIP archive or an Office document"),
    "gzip": N_("a gzip archive"),
    "archive": N_("a compressed archive"),
    "office": N_("an old Office document"),
    "openpgp": N_("an OpenPGP message, encrypted or signed"),
    "cms": N_("a CMS (PKCS#7) message, encrypted or signed"),
    "certificate": N_("a certificate"),
    "swift-mt": N_("a SWIFT MT message"),
    "json": N_("JSON"),
    "html": N_("a web page"),
    "csv": N_("a table (CSV)"),
    "text": N_("plain text"),
    "binary": N_("unknown binary data"),
}
"""What first bytes tell -> in words."""

_TYPES = {
    "decimal": N_("number"),
    "boolean": N_("yes or no (true, false)"),
    "date": N_("date"),
    "dateTime": N_("date and time"),
    "time": N_("time"),
    "gYear": N_("year"),
    "gYearMonth": N_("month"),
    "base64Binary": N_("base64 text"),
}


def finding_words(rule: str, params: Mapping[str, Any]) -> str:
    """The sentence of a finding; a value that could not be read has the words of its code. Never raises."""
    spoken = dict(params)
    for name, words in (("kind", LOOKS), ("type", _TYPES)):
        if name in spoken:
            spoken[name] = _(words.get(str(spoken[name]), str(spoken[name])))
    return fill(RULES.get(rule, ()), spoken) or explain(rule.replace("-", "_"), params)
