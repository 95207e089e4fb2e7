"""Which words can be Vietnamese: onset, rime and tone by the rules of spelling, not by a dictionary.

Every Vietnamese word is one syllable. Source: the spelling of quốc ngữ as taught (onsets, rimes, where the tone stands
in the old and in the new style). Names of other peoples of Viet Nam (Ksor, Niê, Êban) follow other rules and are no
syllables here: nothing may be concluded from that alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from formats.text.letters import MARKED, TONES, VOWELS, Word, is_even, put_together, take_apart


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ONSETS = _set("b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x") | {""}
_RIMES = _set(
    """a ai am an ang anh ao ap at ac ach au ay  ăm ăn ăng ăp ăt ăc  âm ân âng âp ât âc âu ây
    e em en eng eo ep et ec  ê êm ên êng ênh êp êt êch êu
    i ia im in inh ip it ich iu  iêm iên iêng iêp iêt iêc iêu
    o oi om on ong op ot oc  ô ôi ôm ôn ông ôp ôt ôc  ơ ơi ơm ơn ơp ơt
    oa oai oam oan oang oanh oao oap oat oac oach oay  oăm oăn oăng oăt oăc  oe oen oeo oet  oong ooc
    u ua ui um un ung up ut uc  uôi uôm uôn uông uôt uôc
    uân uâng uât uây  uê uênh uêch  uơ  uy uya uych uyn uynh uyt uyu uyên uyêt
    ư ưa ưi ưm ưn ưng ưt ưc ưu  ươi ươm ươn ương ươp ươt ươc ươu  y"""
)
_ALONE = _set("yêm yên yêng yêt yêu")
"""Rimes that are written so only without an onset."""
_AFTER_Q = _set(
    """a ai an ang anh ao at ac ach au ay  ăm ăn ăng ăp ăt ăc  ân âng ât âc âu ây  e en eng eo et  ê ên ênh êt êch
    i in it  ơ ơi ơn  y ych yn ynh yt yên yêt  ôc  am ap"""
)
_AFTER_GI = frozenset(rime for rime in _RIMES if rime[0] != "i") | _set("êc êng êt")
_FRONT = "eêi"
_BEFORE_FRONT_ONLY = frozenset(("gh", "ngh"))
_NEVER_BEFORE_FRONT = frozenset(("c", "g", "ng"))
_STOPS = ("c", "ch", "p", "t")
_TONES_OF_STOPS = (TONES[2], TONES[5])
_TWO_STYLES = frozenset(("oa", "oe", "uy"))
"""Rimes on whose first vowel the old style (hòa) and on whose last the new style (hoà) puts the tone."""


def is_syllable(word: str) -> bool:
    """True for a composed word in any even case."""
    return is_even(word) and _is_syllable(word.lower())


@lru_cache(maxsize=1 << 15)
def _is_syllable(word: str) -> bool:
    apart = take_apart(word)
    return apart is not None and any(_is_toned_rightly(apart, onset) for onset in _onsets(apart.plain))


def _onsets(plain: str) -> Iterator[str]:
    """Every onset that leaves a rime."""
    for length in range(min(3, len(plain) - 1), -1, -1):
        onset = plain[:length]
        if onset in _ONSETS and _go_together(onset, plain[length:]):
            yield onset


def _go_together(onset: str, rime: str) -> bool:
    if onset == "qu":
        return rime in _AFTER_Q
    if onset == "gi":
        return rime in _AFTER_GI
    if rime in _ALONE:
        return not onset
    if onset == "g" and rime in ("i", "in"):
        return True  # gì, gìn: the i of gi and of the rime are one
    if rime[0] in _FRONT:
        return rime in _RIMES and onset not in _NEVER_BEFORE_FRONT
    return rime in _RIMES and onset not in _BEFORE_FRONT_ONLY


def _is_toned_rightly(word: Word, onset: str) -> bool:
    rime = word.plain[len(onset) :]
    if rime.endswith(_STOPS) and word.tone not in _TONES_OF_STOPS:
        return False
    return word.place < 0 or word.place - len(onset) in _places(rime)


@lru_cache(maxsize=1 << 10)
def _places(rime: str) -> tuple[int, ...]:
    """Where the tone may stand in a rime: the new style, then the old one where it differs."""
    vowels = len(rime) - len(rime.lstrip(VOWELS))
    marked = [place for place, letter in enumerate(rime) if letter in MARKED]
    if marked:
        return (marked[-1],)
    if rime in _TWO_STYLES:
        return (1, 0)
    if vowels == len(rime) and vowels == 2:
        return (0,)
    return (1 if vowels == len(rime) and vowels == 3 else vowels - 1,)


@lru_cache(maxsize=1 << 15)
def restyled(word: str) -> str:
    """A lower-case word with its tone where the new style puts it; any other word as it is.

    A tone on a wrong vowel (``hòan``) moves, too: there is no other syllable of these letters and this tone.
    """
    apart = take_apart(word)
    if apart is None or not apart.tone:
        return word
    for onset in _onsets(apart.plain):
        place = len(onset) + _places(apart.plain[len(onset) :])[0]
        return put_together(apart.plain, apart.tone, place)
    return word


def inventory() -> Iterator[str]:
    """Every syllable that can be spelled, in lower case and in both styles."""
    for onset in sorted(_ONSETS):
        for rime in sorted(_RIMES | _ALONE | _AFTER_Q | _AFTER_GI):
            if _go_together(onset, rime):
                yield from _toned(onset, rime)


def _toned(onset: str, rime: str) -> Iterator[str]:
    for tone in _TONES_OF_STOPS if rime.endswith(_STOPS) else TONES:
        for place in _places(rime) if tone else (0,):
            yield put_together(onset + rime, tone, len(onset) + place)
