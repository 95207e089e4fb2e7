"""Text of people and of banks: character sets, Vietnamese spelling, and what old fonts left behind.

    charsets    what a partner accepts; Vietnamese in Latin letters; what does not fit
    letters     the Vietnamese alphabet: a letter and its tone
    syllables   which words can be Vietnamese
    names       one spelling of a name, for comparing only
    legacy      TCVN3, VNI, VISCII and VPS letter by letter
    recognise   whether a text, or a whole file, is in one of them

Nothing here mends silently: callers keep the original, show what was made of it, and report what does not fit.
"""

from formats.text.charsets import SWIFT_X, Charset, fits, forbidden, outside, to_charset, to_latin, unspellable
from formats.text.names import comparable, folded, same_name

__all__ = [
    "SWIFT_X",
    "Charset",
    "comparable",
    "fits",
    "folded",
    "forbidden",
    "outside",
    "same_name",
    "to_charset",
    "to_latin",
    "unspellable",
]
