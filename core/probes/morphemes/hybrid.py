"""A Turkish tokenizer in small that knows morphemes, and what it does not say back.

Endings that mean the same share an id, whichever vowels they have: `lar` and `ler` are one. Which of them stood in the
text is not in the ids: decoding chooses by the vowel before. That is right for most words, and not for all.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

UPPERCASE = "<uppercase>"
ROOTS = (
    *("ev", "göz", "kitap", "okul", "çocuk", "kuş", "el", "yol", "deniz", "ağaç"),
    *("saat", "su", "kedi", "köpek", "masa", "kapı", "gün", "dil", "baş", "taş"),
    *("gel", "git", "oku", "yaz", "gör", "bil", "al", "ver", "sev", "iç"),
)
SUFFIXES: Mapping[str, tuple[str, ...]] = {
    "PLURAL": ("lar", "ler"),
    "IN": ("da", "de", "ta", "te"),
    "FROM": ("dan", "den", "tan", "ten"),
    "THE": ("ı", "i", "u", "ü"),
    "TO": ("a", "e"),
    "MY": ("ım", "im", "um", "üm"),
    "YOUR": ("ın", "in", "un", "ün"),
    "OUR": ("ımız", "imiz", "umuz", "ümüz"),
    "ITS": ("sı", "si", "su", "sü"),
    "PAST": ("dı", "di", "du", "dü", "tı", "ti", "tu", "tü"),
    "GOING-ON": ("ıyor", "iyor", "uyor", "üyor"),
    "FUTURE": ("acak", "ecek"),
    "TO-DO": ("mak", "mek"),
    "NOT": ("ma", "me"),
    "WHO-DOES": ("cı", "ci", "cu", "cü", "çı", "çi", "çu", "çü"),
    "NESS": ("lık", "lik", "luk", "lük"),
    "WITH": ("lı", "li", "lu", "lü"),
    "WITHOUT": ("sız", "siz", "suz", "süz"),
    "BY": ("la", "le"),
    "WHICH": ("ki",),
}
_VOWELS = "aeıioöuü"
_WIDE = dict(zip(_VOWELS, "aeaeaeae", strict=True))  # the vowel of an ending of two forms, behind each vowel
_NARROW = dict(zip(_VOWELS, "ıiıiuüuü", strict=True))  # of one of four
_VOICELESS = "fstkçşhp"
_NAMES = {form: name for name, forms in SUFFIXES.items() for form in forms}
_LONGEST = max(map(len, [*ROOTS, *_NAMES]))


@dataclass(frozen=True)
class HybridTrips:
    """Words that were cut and said back.

    Args:
        n: words.
        failed: those that do not come back, with their tokens and what comes back.
    """

    n: int
    failed: tuple[tuple[str, tuple[str, ...], str], ...]

    def document(self) -> dict[str, object]:
        """It as a JSON document."""
        failed = [{"word": word, "tokens": list(tokens), "back": back} for word, tokens, back in self.failed]
        return {"words": self.n, "failed": failed}


def round_trips(words: Iterable[str]) -> HybridTrips:
    """What becomes of words that are cut and said back.

    >>> round_trips(["evler", "saatler"]).failed
    (('saatler', ('saat', 'PLURAL'), 'saatlar'),)
    """
    cut = [(word, tuple(hybrid_tokens(word))) for word in words]
    return HybridTrips(
        len(cut), tuple((word, tokens, back) for word, tokens in cut if (back := said_back(tokens)) != word)
    )


def hybrid_tokens(word: str) -> Iterator[str]:
    """A word as its roots, the names of its endings, and single letters.

    Each capital begins anew behind a mark; then the longest root, else the longest ending, else a letter is taken.

    Source: after Bayram et al. 2025, Tokens with Meaning, which has 20,000 roots and 256 endings, and BPE for the rest.

    >>> [*hybrid_tokens("evlerimizde")], [*hybrid_tokens("Ev")]
    (['ev', 'PLURAL', 'OUR', 'IN'], ['<uppercase>', 'ev'])
    """
    at = 0
    while at < len(word):
        if (small := _small(word[at])) != word[at]:
            yield UPPERCASE
        until = next((n for n in range(at + 1, len(word)) if _small(word[n]) != word[n]), len(word))
        rest = small + word[at + 1 : until]
        while rest:
            taken, name = _longest(rest)
            yield name
            rest = rest[taken:]
        at = until


def said_back(tokens: Iterable[str]) -> str:
    """The word that the tokens say, each ending in the form that the vowel and the consonant before it ask for.

    >>> said_back(["kitap", "IN"]), said_back(["göz", "WHO-DOES"]), said_back(["<uppercase>", "ev"])
    ('kitapta', 'gözcü', 'Ev')
    """
    said, big = "", False
    for token in tokens:
        if token == UPPERCASE:
            big = True
            continue
        piece = _form(SUFFIXES[token], _in_small(said)) if token in SUFFIXES else token
        said += (_big(piece[0]) + piece[1:]) if big else piece
        big = False
    return said


def _longest(rest: str) -> tuple[int, str]:
    """How many letters are taken, and the token that stands for them."""
    starts = [rest[:length] for length in range(min(len(rest), _LONGEST), 0, -1)]
    for start in starts:
        if start in ROOTS:
            return len(start), start
    for start in starts:
        if start in _NAMES:
            return len(start), _NAMES[start]
    return 1, rest[0]


def _form(forms: tuple[str, ...], before: str) -> str:
    """Of an ending the form that fits behind a text; the first where there is nothing to go by."""
    vowel = next((c for c in reversed(before) if c in _VOWELS), "a")
    wanted = {_WIDE[vowel], _NARROW[vowel]}
    fitting = [one for one in forms if next(c for c in one if c in _VOWELS) in wanted] or [*forms]
    hard = before[-1:] != "" and before[-1] in _VOICELESS
    return next((one for one in fitting if (one[0] in "tç") == hard), fitting[0])


def _small(letter: str) -> str:
    """Of Turkish: ı is the small I, i the small İ."""
    return {"I": "ı", "İ": "i"}.get(letter, letter.lower())


def _in_small(text: str) -> str:
    return "".join(map(_small, text))


def _big(letter: str) -> str:
    return {"ı": "I", "i": "İ"}.get(letter, letter.upper())


def in_capitals(word: str) -> str:
    """A word in Turkish capitals.

    >>> in_capitals("ışık evi")
    'IŞIK EVİ'
    """
    return "".join(map(_big, word))
