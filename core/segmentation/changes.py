"""What was done to a text that it became another: which normalisations, which omissions, and how often."""

import unicodedata
from collections import Counter
from collections.abc import Callable
from difflib import SequenceMatcher
from functools import lru_cache, partial
from itertools import combinations

import regex

MAX_COMPARED = 2_000  # characters in one stretch; comparing takes time with their square
Change = tuple[tuple[str, int], ...]  # (key of WORDS, how often)

# key: what happened to one, to many; in the order in which a page lists them
WORDS = {
    "unknown": ("character unknown", "characters unknown"),
    "spaces dropped": ("space dropped", "spaces dropped"),
    "breaks dropped": ("line break dropped", "line breaks dropped"),
    "tabs dropped": ("tab dropped", "tabs dropped"),
    "other spaces dropped": ("unusual space dropped", "unusual spaces dropped"),
    "breaks to spaces": ("line break turned into a space", "line breaks turned into spaces"),
    "tabs to spaces": ("tab turned into a space", "tabs turned into spaces"),
    "other spaces to spaces": ("unusual space turned into a plain one", "unusual spaces turned into plain ones"),
    "lower": ("capital letter lower-cased", "capital letters lower-cased"),
    "accents": ("accent stripped", "accents stripped"),
    "signs": ("vowel sign or other mark stripped", "vowel signs and other marks stripped"),
    "compatibility": (
        "character replaced by its plain form (NFKC)",
        "characters replaced by their plain forms (NFKC)",
    ),
    "composed": ("character composed (NFC)", "characters composed (NFC)"),
    "decomposed": ("character decomposed (NFD)", "characters decomposed (NFD)"),
    "controls dropped": ("control character dropped", "control characters dropped"),
    "invisible dropped": ("invisible character dropped", "invisible characters dropped"),
    "characters dropped": ("character dropped", "characters dropped"),
    "bytes dropped": ("byte dropped", "bytes dropped"),
    "replaced": ("character replaced by another", "characters replaced by others"),
    "space in front": ("space added in front", "spaces added in front"),
    "spaces added": ("space added", "spaces added"),
    "characters added": ("character added", "characters added"),
}

_LINE_BREAK = regex.compile(r"\r\n|[\r\n\v\f\x85\u2028\u2029]")
_SPACE_OR_NOT = regex.compile(r"\s+|\S+")
_CLUSTER = regex.compile(r"\X")
_INVISIBLE = regex.compile(r"[\p{Cf}\uFE00-\uFE0F\u034F\U000E0100-\U000E01EF]")
_ACCENT = regex.compile(r"[\p{Mn}&&\p{Script=Inherited}]", regex.V1)  # those that any script may carry
_NFC = partial(unicodedata.normalize, "NFC")
_NFD = partial(unicodedata.normalize, "NFD")
_NFKC = partial(unicodedata.normalize, "NFKC")


def decoded(data: bytes) -> str:
    """Bytes as text, those that are no UTF-8 as lone surrogates, one each."""
    return data.decode(errors="surrogateescape")


@lru_cache(maxsize=65_536)  # words repeat
def difference(before: bytes, after: bytes) -> Change:
    """What happened to `before` that it became `after`: (key of `WORDS`, how often) pairs, none if nothing did.

    >>> difference("Élan".encode(), b"elan")
    (('lower', 1), ('accents', 1))
    >>> difference("ﬁn\\r\\n".encode(), b"fin ")
    (('compatibility', 1), ('breaks to spaces', 1))
    """
    counts: Counter[str] = Counter()
    old, new = decoded(before), decoded(after)
    if max(len(old), len(new)) <= MAX_COMPARED:
        _compare(old, new, counts)
    elif new:
        counts["replaced"] = len(old)
    else:
        _dropped(old, counts)
    return tuple((key, n) for key, n in counts.items() if n)


def _compare(before: str, after: str, counts: Counter[str]) -> None:
    """Count what happened between two texts, apart for spaces and for the words between them."""
    if before == after:
        return
    old, new = _SPACE_OR_NOT.findall(before), _SPACE_OR_NOT.findall(after)
    for edge in (0, -1):  # only one of the two may have a space there
        if (bool(old) and old[edge].isspace()) != (bool(new) and new[edge].isspace()):
            shorter = new if old and old[edge].isspace() else old
            shorter.insert(0 if edge == 0 else len(shorter), "")
    if len(old) == len(new) and all(a.isspace() == b.isspace() or not (a and b) for a, b in zip(old, new, strict=True)):
        for a, b in zip(old, new, strict=True):
            _compare_part(a, b, counts)
        return
    for what, a0, a1, b0, b1 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what != "equal":
            _compare_part(before[a0:a1], after[b0:b1], counts)


def _compare_part(before: str, after: str, counts: Counter[str]) -> None:
    """Count what happened to a stretch that is all spaces or none."""
    if before == after:
        return
    if not after:
        _dropped(before, counts)
    elif not before:
        counts["spaces added" if after.isspace() else "characters added"] += len(after)
    elif before.isspace() and after.isspace():
        _respaced(before, after, counts)
    elif not _normalised(before, after, counts):
        _edited(before, after, counts)


def _edited(before: str, after: str, counts: Counter[str]) -> None:
    """Count single edits, for what no known normalisation explains as a whole."""
    for what, a0, a1, b0, b1 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        a, b = before[a0:a1], after[b0:b1]
        if what == "delete":
            _dropped(a, counts)
        elif what == "insert":
            counts["spaces added" if b.isspace() else "characters added"] += len(b)
        elif what == "replace" and not _normalised(a, b, counts):
            pairs = list(zip(a, b, strict=False))
            for old, new in pairs:
                if old != new and not _normalised(old, new, counts):
                    counts["replaced"] += 1
            _dropped(a[len(pairs) :], counts)
            counts["characters added"] += len(b) - len(pairs)


def _dropped(text: str, counts: Counter[str]) -> None:
    counts["breaks dropped"] += len(_LINE_BREAK.findall(text))
    counts.update(_key_of_dropped(character) for character in _LINE_BREAK.sub("", text))


def _key_of_dropped(character: str) -> str:
    if character in " \t":
        return "spaces dropped" if character == " " else "tabs dropped"
    if _INVISIBLE.match(character):
        return "invisible dropped"
    category = unicodedata.category(character)
    if category == "Mn":
        return _key_of_mark(character)
    sorts = {"Zs": "other spaces", "Cc": "controls", "Cs": "bytes"}  # a lone surrogate is a byte that is no UTF-8
    return f"{sorts.get(category, 'characters')} dropped"


def _key_of_mark(character: str) -> str:
    return "accents" if _ACCENT.match(character) else "signs"


def _respaced(before: str, after: str, counts: Counter[str]) -> None:
    """White space that became other white space: each turned into a space first, what is then too much dropped."""
    breaks = len(_LINE_BREAK.findall(before))
    rest = _LINE_BREAK.sub("", before)
    if set(after) != {" "}:
        counts["replaced"] += max(len(before), len(after))
        return
    counts["breaks to spaces"] += breaks
    counts["tabs to spaces"] += rest.count("\t")
    counts["other spaces to spaces"] += sum(c not in " \t" for c in rest)
    surplus = breaks + len(rest) - len(after)
    counts["spaces dropped" if surplus >= 0 else "spaces added"] += abs(surplus)


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) == "Mn" and not _INVISIBLE.match(character)


def _without_marks(text: str) -> str:
    return "".join(c for c in _NFD(text) if not _is_mark(c))


# normalisations in the order in which tokenizers apply them: what each does, and how often it does it, by key
_NORMALISATIONS: tuple[tuple[Callable[[str], str], Callable[[str], Counter[str]]], ...] = (
    (_NFKC, lambda text: Counter(compatibility=sum(_NFKC(c) != _NFC(c) for c in text))),
    (str.lower, lambda text: Counter(lower=sum(c != c.lower() for c in text))),
    (_without_marks, lambda text: Counter(_key_of_mark(c) for c in _NFD(text) if _is_mark(c))),
)


def _normalised(before: str, after: str, counts: Counter[str]) -> bool:
    """Whether the fewest normalisations that turn `before` into `after` were found, and counted."""
    for size in range(len(_NORMALISATIONS) + 1):
        for chosen in combinations(_NORMALISATIONS, size):
            text, times = before, Counter[str]()
            for change, count in chosen:
                times += count(text)
                text = change(text)
            for key, form in (("", None), ("composed", _NFC), ("decomposed", _NFD)):
                if after == (text if form is None else form(text)):
                    if form is not None:
                        times[key] += sum(form(c) != c for c in _CLUSTER.findall(text))
                    counts.update(times)
                    return True
    return False
