"""Checks that texts in several languages are the same sentences, and says what is wrong where they are not."""

from collections import Counter
from collections.abc import Mapping, Sequence

from core.common.errors import TooLarge, UserError
from core.common.numbers import count
from core.corpora.corpus import Gap
from core.text.languages import is_language_code

MAX_LANGUAGES = 2_000
MAX_SENTENCES = 2_000_000  # over all languages: FLORES-200 has 409,836
MAX_CHARACTERS = 100_000  # of one sentence; more is a document, and alignment is doubtful
_SAME = 0.2  # share of lines identical in two languages above which a note is due: names and numbers stay below


def aligned(texts: Mapping[str, Sequence[str]]) -> tuple[dict[str, tuple[str, ...]], list[Gap]]:
    """The languages that have as many lines as most, and the others as gaps.

    Raises:
        UserError: there is nothing, or no number of lines that two languages share.
        TooLarge: more languages or lines than can be compared here.

    >>> kept, gaps = aligned({"a": ["1", "2"], "b": ["1", "2"], "c": ["1"]})
    >>> list(kept), gaps[0].reason
    (['a', 'b'], '1 line, while most languages have 2.')
    """
    filled = {code: lines for code, lines in texts.items() if any(line.strip() for line in lines)}
    gaps = [Gap(code, "it has no text.") for code in texts if code not in filled]
    if not filled:
        raise UserError("The corpus holds no text. Give at least one language with at least one sentence.")
    if len(filled) > MAX_LANGUAGES or sum(map(len, filled.values())) > MAX_SENTENCES:
        raise TooLarge(
            f"The corpus has {count(len(filled))} languages and {count(sum(map(len, filled.values())))} lines; at most "
            f"{count(MAX_LANGUAGES)} languages and {count(MAX_SENTENCES)} lines can be compared. Take a part of it."
        )
    lengths = Counter(map(len, filled.values()))
    ((usual, times), *_) = lengths.most_common(1)
    if len(lengths) > 1 and times == 1:
        counts = ", ".join(f"{code} has {count(len(lines))}" for code, lines in list(filled.items())[:4])
        raise UserError(
            f"The languages do not have the same number of lines: {counts}. Line n must say the same in all of them."
        )
    gaps += [
        Gap(code, f"{_lines(len(lines))}, while most languages have {count(usual)}.")
        for code, lines in filled.items()
        if len(lines) != usual
    ]
    kept = {code: tuple(lines) for code, lines in filled.items() if len(lines) == usual}
    for code, lines in kept.items():
        longest = max(map(len, lines))
        if longest > MAX_CHARACTERS:
            raise TooLarge(
                f"{code} has a line of {count(longest)} characters; a sentence may have {count(MAX_CHARACTERS)}. "
                "Put one sentence on a line."
            )
    blank = [code for code, lines in kept.items() if any(map(str.isspace, lines))]
    return kept | {code: tuple("" if line.isspace() else line for line in kept[code]) for code in blank}, gaps


def remarks(sentences: Mapping[str, Sequence[str]]) -> list[str]:
    """What is odd about aligned sentences, for the user to judge: gaps, repeated lines, lines equal in two languages,
    codes nobody knows.

    >>> remarks({"eng_Latn": ("Hello.", "Yes."), "deu_Latn": ("Hello.", "")})
    ['Sentences are missing in 1 of 2 languages (deu_Latn 1); they are left out of every comparison with it.', \
'100 % of the lines of deu_Latn are the same as in eng_Latn.']
    """
    notes = []
    missing = {code: lines.count("") for code, lines in sentences.items() if "" in lines}
    if missing:
        shown_first = ", ".join(f"{code} {count(n)}" for code, n in list(missing.items())[:3])
        more = ", …" if len(missing) > 3 else ""
        notes.append(
            f"Sentences are missing in {len(missing)} of {len(sentences)} languages ({shown_first}{more}); "
            "they are left out of every comparison with it."
        )
    repeated = {
        code: len(lines) - len(set(lines)) - max(missing.get(code, 0) - 1, 0) for code, lines in sentences.items()
    }
    most = max(repeated, key=lambda code: repeated[code])
    if repeated[most] > 0.05 * len(sentences[most]):
        notes.append(f"{most} repeats {_lines(repeated[most])} of its {count(len(sentences[most]))}.")
    notes += [f"{share * 100:.0f} % of the lines of {a} are the same as in {b}." for a, b, share in _same(sentences)]
    strange = [code for code in sentences if not is_language_code(code)]
    if strange:
        listed = ", ".join(strange[:5]) + (", …" if len(strange) > 5 else "")
        notes.append(f"Not known as language codes, so without facts: {listed}.")
    return notes


def _same(sentences: Mapping[str, Sequence[str]], limit: int = 5) -> list[tuple[str, str, float]]:
    """Pairs of languages with many equal lines, worst first, each language once: (language, same as, share)."""
    pairs: Counter[tuple[str, str]] = Counter()
    for versions in zip(*sentences.values(), strict=True):
        if len(set(versions)) == len(versions):
            continue
        # The first language with a line stands for all; all pairs would be quadratic in a corpus of one line repeated.
        first: dict[str, str] = {}
        for code, line in zip(sentences, versions, strict=True):
            if line and first.setdefault(line, code) is not code:
                pairs[code, first[line]] += 1
    present = {code: len(sentences[code]) - sentences[code].count("") for code, _ in pairs}
    shares = {pair: n / present[pair[0]] for pair, n in pairs.items() if n / present[pair[0]] > _SAME}
    found, seen = [], set[str]()
    for (code, other), share in sorted(shares.items(), key=lambda item: (-item[1], item[0])):
        if code not in seen:
            seen.add(code)
            found.append((code, other, share))
    return found[:limit]


def _lines(n: int) -> str:
    return "1 line" if n == 1 else f"{count(n)} lines"
