"""BPE that takes out entries, while it learns or in the end, against plain ways to the same thing."""

from collections import Counter
from itertools import pairwise

import pytest

from core.training.merges import MergeSymbols, WordPairs, in_pairs
from core.training.pretokenizers import Cut
from core.training.trainer import TRAINERS
from core.training.trainers import litetoken, picky
from core.training.trainers.bpe import ALPHABET
from tests.training import merged_word, plain_merges, sentences, task

WORDS = Counter({"abcd": 9, "abce": 9, "ab": 1, "cde": 3, "xyz": 8, "xyq": 4, "bcbc": 5})


def plain_picky(words: Counter[str], n: int, threshold: float) -> tuple[list[str], dict[str, tuple[str, ...]]]:
    """Entries of several characters in the order of their first merge, and how each word is cut in the end.

    All is counted anew before each event.
    """
    cuts = {word: tuple(word) for word in words}
    age = {one: place for place, one in enumerate(sorted(set("".join(words))))}
    singles, present, parts = set(age), set[str](), dict[str, tuple[str, str]]()
    while len(present) < n:
        pairs = Counter[tuple[str, str]]()
        for word, times in words.items():
            for pair in pairwise(cuts[word]):
                pairs[pair] += times
        pair = min(pairs, key=lambda pair: (-pairs[pair], age[pair[0]], age[pair[1]]))
        new = "".join(pair)
        before = standing(words, cuts)
        cuts = {word: merged_word(one, pair, new) for word, one in cuts.items()}
        times = standing(words, cuts)[new] - before[new]
        present.add(new)
        parts.setdefault(new, pair)
        age.setdefault(new, len(age))
        for one in dict.fromkeys(pair):
            left = standing(words, cuts)[one]
            if one not in singles and times / (left + times) > threshold:
                present.discard(one)
                spelt = spelling(one, parts, present | singles)
                cuts = {w: tuple(y for x in c for y in (spelt if x == one else (x,))) for w, c in cuts.items()}
    return sorted(present, key=age.__getitem__), cuts


def standing(words: Counter[str], cuts: dict[str, tuple[str, ...]]) -> Counter[str]:
    found = Counter[str]()
    for word, times in words.items():
        for one in cuts[word]:
            found[one] += times
    return found


def spelling(one: str, parts: dict[str, tuple[str, str]], present: set[str]) -> tuple[str, ...]:
    return (one,) if one in present else tuple(y for x in parts[one] for y in spelling(x, parts, present))


def test_picky_takes_out_what_one_merge_uses_up() -> None:
    """By hand: bc stands 28 times, abc takes 18 of them, so that it stays at 0.9 and goes at 0.6."""
    words = {"abc": 18, "bc": 10}
    for threshold, left in ((0.9, ["a", "b", "c", "bc", "abc"]), (0.6, ["a", "b", "c", "abc"])):
        symbols = MergeSymbols("abc")
        counts = in_pairs(words, symbols)
        kept = picky.picked(counts, symbols, 5, 11, threshold)
        assert [symbols.spellings[i] for i in kept] == left
    assert counts.tokens() == {symbols.ids["abc"]: 18, symbols.ids["b"]: 10, symbols.ids["c"]: 10}


@pytest.mark.parametrize("threshold", [0.5, 0.75, 0.9])
def test_picky_is_what_counting_everything_anew_gives(threshold: float) -> None:
    some = "\n".join(sentences("eng_Latn")[:12])
    for words, n in ((WORDS, 6), (Counter(some.split()), 60)):
        symbols = MergeSymbols(sorted(set("".join(words))))
        n_first = len(symbols.spellings)
        counts = in_pairs(words, symbols)
        kept = picky.picked(counts, symbols, n_first + n, 1, threshold)
        present, cuts = plain_picky(words, n, threshold)
        assert [symbols.spellings[i] for i in kept][n_first:] == present
        assert counts.tokens() == {symbols.ids[one]: times for one, times in standing(words, cuts).items()}


def test_nothing_is_taken_out_where_nothing_may_be() -> None:
    """At a threshold of 1, and of no residue at 0, both have the entries of BPE."""
    asked = task("bpe", 700, ["\n".join(sentences("deu_Latn"))])
    vocabulary = TRAINERS.get("bpe").train(asked).get_vocab()
    for key, given in (("picky", {"threshold": 1.0}), ("litetoken", {"share": 0.0})):
        made = TRAINERS.get(key).train(task(key, 700, ["\n".join(sentences("deu_Latn"))], given))
        assert set(made.get_vocab()) == set(vocabulary)


def test_residue_is_what_hardly_stands_by_itself() -> None:
    """Of as many merges as it made, counted anew on the words as BPE cuts them."""
    words = Cut("o200k", "as the pre-tokenizer", "none", "bytes").words(tuple(sentences("eng_Latn")))
    symbols, share, n = MergeSymbols(ALPHABET), 0.2, 500
    kept = litetoken.without_residue(in_pairs(words, symbols), symbols, n, 2, share)
    gone = set(range(len(symbols.spellings))) - set(kept)
    merges = plain_merges(
        Counter({tuple(word): times for word, times in words.items()}), len(symbols.spellings) - 256, first=ALPHABET
    )
    assert [a + b for a, b in merges] == symbols.spellings[256:]
    cuts, made = {word: tuple(word) for word in words}, Counter[str]()
    for a, b in merges:
        before = standing(words, cuts)[a + b]
        cuts = {word: merged_word(one, (a, b), a + b) for word, one in cuts.items()}
        made[a + b] += standing(words, cuts)[a + b] - before
    alone = standing(words, cuts)
    residue = {one for one in made if alone[one] < share * made[one]}
    assert {symbols.spellings[i] for i in gone} == residue and len(residue) > 5 and len(kept) == n


def test_residue_by_hand() -> None:
    """ab stands 20 times and ca 19 times; abca takes 19 of each, so that one place in twenty is left, and none."""
    symbols = MergeSymbols("abc")
    kept = litetoken.without_residue(WordPairs([[0, 1, 2, 0], [0, 1]], [19, 1]), symbols, 6, 1, 0.1)
    assert [symbols.spellings[i] for i in kept] == ["a", "b", "c", "abca"]
    assert symbols.spellings[3:] == ["ab", "ca", "abca"]


@pytest.mark.parametrize(("key", "otherwise"), [("picky", 0.08), ("litetoken", 0.12)])
def test_how_much_the_file_cuts_otherwise(key: str, otherwise: float) -> None:
    """Share of the words of a text, as the docs say it; and never into more tokens."""
    some = ["\n".join(sentences(code)) for code in ("eng_Latn", "tur_Latn", "rus_Cyrl")]
    asked = task(key, 1500, some)
    made = TRAINERS.get(key).train(asked)
    vocabulary = set(made.get_vocab())
    words = asked.cut.words(asked.text.chunks)
    symbols = MergeSymbols(ALPHABET)
    counts = in_pairs(words, symbols)
    if key == "picky":
        picky.picked(counts, symbols, 1500, 2, 0.9)
    else:
        litetoken.without_residue(counts, symbols, 1500, 2, 0.1)
    trained = [[symbols.spellings[i] for i in ids] for ids in counts.words]
    differ = 0
    for (word, times), cut in zip(words.items(), trained, strict=True):
        if not vocabulary.issuperset(cut):
            continue  # residue, which in training still stands there
        ours = [one.value for one in made.model.tokenize(word)]
        assert len(ours) <= len(cut)
        differ += times * (ours != cut)
    print(f"{key}: {differ / words.total():.3f} of the words")
    assert 0 < differ / words.total() < otherwise
