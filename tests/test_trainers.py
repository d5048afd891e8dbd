"""Trainers give what an independent way to the same thing gives."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer, models, trainers

from core.corpora.corpus import open_corpus
from core.counting.calibration import calibration_lines
from core.stats.inequality import gini
from core.tokenizers.pretokenizers import PRE_TOKENIZERS
from core.tokenizers.vocabulary import bytes_of_alphabet
from core.training.merges import MergeSymbols, WordPairs, in_pairs, learn
from core.training.pretokenizers import SPACE
from core.training.trainer import TRAINERS, NotMakeable
from core.training.trainers import length_max, optimum, pathpiece, unigram
from core.training.trainers.bpe import ALPHABET, merged
from tests.datafolder import DATA, TOKENIZERS, needs_data
from tests.training import (
    ANY_SIZE,
    LANGUAGES,
    PARALLEL,
    merges_of,
    plain_merges,
    prose,
    recounted_merges,
    sentences,
    task,
)


def texts(languages: Sequence[str] = LANGUAGES) -> list[str]:
    return ["\n".join(sentences(code)) for code in languages]


def learned(words: Counter[str], first: Sequence[str], n: int) -> list[tuple[str, str]]:
    """Merges by our own trainer."""
    symbols, merges = MergeSymbols(first), list[tuple[int, int]]()
    counts = WordPairs([[symbols.ids[one] for one in word] for word in words], list(words.values()))
    learn(counts, symbols, n, 2, merges)
    return [(symbols.spellings[a], symbols.spellings[b]) for a, b in merges]


def test_our_merges_are_those_of_tokenizers() -> None:
    """Two programs, the same merges in the same order, on eight languages."""
    asked = task("bpe", 2000, texts())
    ours = learned(asked.cut.words(asked.text.chunks), ALPHABET, 2000)
    assert ours == merges_of(TRAINERS.get("bpe").train(asked)) and len(ours) > 1700


def test_our_merges_and_ids_are_those_of_rustbpe() -> None:
    """Bytes stand in their own order here, by which it decides between equally frequent pairs."""
    reason = "rustbpe is not installed: pip install rustbpe==0.1.0"
    rustbpe = pytest.importorskip("rustbpe", reason=reason, exc_type=ImportError)
    some = texts()
    asked = task("bpe", 2_000, some)
    cut = replace(asked.cut, pre="gpt2")
    symbols, merges = MergeSymbols(sorted(ALPHABET, key=bytes_of)), list[tuple[int, int]]()
    learn(in_pairs(cut.words(asked.text.chunks), symbols), symbols, 2_000, 1, merges)
    theirs = rustbpe.Tokenizer()
    theirs.train_from_iterator(iter(asked.text.chunks), 2_000, pattern=PRE_TOKENIZERS["gpt2"].patterns[0])
    assert [bytes(piece) for piece, _ in theirs.get_mergeable_ranks()] == [bytes_of(one) for one in symbols.spellings]
    made, lines = merged(symbols, merges, (), cut), [line for text in some for line in text.split("\n")]
    assert [one.ids for one in made.encode_batch(lines)] == [theirs.encode(line) for line in lines]


def bytes_of(spelling: str) -> bytes:
    """What an entry stands for that is written in the alphabet of bytes."""
    found = bytes_of_alphabet(spelling)
    assert found is not None
    return found


def test_our_merges_are_those_of_counting_everything_anew() -> None:
    words = Counter({"aaaa": 3, "aaab": 2, "abab": 4, "baaa": 1, "aaaaa": 1, "abcabc": 5, "bcbc": 2})
    plain = plain_merges(Counter({tuple(word): n for word, n in words.items()}), 9)
    assert learned(words, "abc", 12)[:9] == plain


def test_bpe_on_characters_learns_over_no_rare_character() -> None:
    """Its merges are those of our trainer on words that are cut where a character has no entry."""
    asked = task("bpe-characters", 256 + 1000, texts(["eng_Latn", "rus_Cyrl"]), {"coverage": 0.99})
    made = TRAINERS.get("bpe-characters").train(asked)
    vocabulary = made.get_vocab()
    singles = sorted(one for one in vocabulary if len(one) == 1)
    rare = "".join(sorted({c for chunk in asked.text.chunks for c in chunk} - set(singles) - {" "}))
    assert rare
    pattern = "|".join(map(re.escape, rare))
    words = asked.cut.words(asked.text.chunks, pattern)
    assert merges_of(made) == learned(words, singles, 1000)
    assert made.encode(f"a{rare[0]}").tokens[1:] == [f"<0x{byte:02X}>" for byte in rare[0].encode()]


def test_wordpiece_begins_as_the_trainer_of_tokenizers() -> None:
    """Until two pairs are equally frequent, where that one goes now one way, now the other."""
    asked = task("wordpiece", 1500, texts(["eng_Latn"]), {"coverage": 1.0})
    theirs = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    theirs.pre_tokenizer = asked.cut.pre_tokenizer()
    trainer = trainers.WordPieceTrainer(vocab_size=1500, min_frequency=2, show_progress=False)
    theirs.train_from_iterator(asked.text.chunks, trainer)
    assert pieces(TRAINERS.get("wordpiece").train(asked))[:8] == pieces(theirs)[:8]


def test_wordpiece_merges_marked_pieces() -> None:
    asked = task("wordpiece", 600, texts(["eng_Latn", "deu_Latn"]), {"coverage": 1.0})
    words = asked.cut.words(asked.text.chunks)
    marked = Counter({(word[0], *(f"##{c}" for c in word[1:])): n for word, n in words.items()})
    plain = plain_merges(marked, 80, join=lambda a, b: a + b.removeprefix("##"))
    made = pieces(TRAINERS.get("wordpiece").train(asked))[:80]
    assert made == [a + b.removeprefix("##") for a, b in plain]


def test_wordpiece_writes_words_of_hundreds_of_characters() -> None:
    """A word of over a hundred characters was one unknown token, as in BERT: Thai has such without a space."""
    letters = "ภาษาไทยเขียนติดกัน"
    made = TRAINERS.get("wordpiece").train(task("wordpiece", 60, [f"{letters} {letters * 2}\n" * 5]))
    cut = made.encode(letters * 20)
    assert "[UNK]" not in cut.tokens and "".join(cut.tokens).replace("##", "") == letters * 20


def pieces(tokenizer: Tokenizer) -> list[str]:
    """Entries of several characters, the first first."""
    vocabulary = tokenizer.get_vocab()
    ordered = sorted(vocabulary, key=vocabulary.__getitem__)
    return [one for one in ordered if len(one.removeprefix("##")) > 1 and one != "[UNK]"]


@pytest.mark.parametrize("key", ANY_SIZE)
def test_the_same_text_gives_the_same_tokenizer(key: str) -> None:
    some = texts(["eng_Latn", "rus_Cyrl"])
    first, second = (TRAINERS.get(key).train(task(key, 600, some)).to_str() for _ in range(2))
    assert first == second


def test_unigram_cuts_as_sentencepiece() -> None:
    asked = task("unigram", 1500, texts())
    words = asked.cut.words(asked.text.chunks)
    processor, made = unigram.trained(words, asked), TRAINERS.get("unigram").train(asked)
    plain = sorted(word for word in words if not set(word) & set("\n\t\r"))
    theirs = [processor.encode(word) for word in plain]
    ours = [made.encode(word.replace(SPACE, " ")).ids for word in plain]
    assert ours == theirs and len(plain) > 1000


@pytest.mark.slow
def test_superbpe_goes_over_words_as_a_plain_trainer_does() -> None:
    """Two thousand merges of the second stage, in order, with the vetoes, counted anew each time."""
    asked = task("superbpe", 2_500, [prose(60_000)], {"transition": 500})
    merges = merges_of(TRAINERS.get("superbpe").train(asked))
    first = TRAINERS.get("bpe").train(replace(asked, options=replace(asked.options, vocab=500)))
    assert merges[: 500 - 256] == merges_of(first)
    stage = Tokenizer(models.BPE(first.get_vocab(), merges_of(first)))
    pieces = [one for one, n in replace(asked.cut, pre="superbpe").words(asked.text.chunks).items() for _ in range(n)]

    def allowed(spelling: str) -> bool:
        return ":Ġ" not in spelling and len([one for one in spelling.split("Ġ") if one]) <= 4

    vocabulary = first.get_vocab()
    words = [one.ids for one in stage.encode_batch(pieces)]
    plain = recounted_merges(words, sorted(vocabulary, key=vocabulary.__getitem__), 2_000, allowed)
    assert merges[500 - 256 :][:2_000] == plain
    assert sum("Ġ" in a + b[:1] and "Ġ" in b for a, b in plain) > 200


def test_both_plain_trainers_give_the_same_merges() -> None:
    """The quick one on ids, with runs and a veto, too."""
    words = Counter({"aaaa": 3, "aaab": 2, "abab": 4, "baaa": 1, "aaaaa": 1, "abcabc": 5, "bcbc": 2, "aaaaaaa": 2})
    as_ids = [["abc".index(one) for one in word] for word, n in words.items() for _ in range(n)]
    cut = Counter({tuple(word): n for word, n in words.items()})
    for allowed in (lambda _: True, lambda spelling: not spelling.startswith("ab")):
        assert recounted_merges(as_ids, "abc", 7, allowed) == plain_merges(cut, 7, allowed)


def test_superbpe_without_its_vetoes_is_tokenizers_on_ids() -> None:
    """Its second stage is plain BPE over the ids of the first: the library's trainer gives the same merges."""
    asked = task("bpe", 700, [prose(200_000)])
    first = TRAINERS.get("bpe").train(asked)
    stage = Tokenizer(models.BPE(first.get_vocab(), merges_of(first)))
    pieces = replace(asked.cut, pre="superbpe").words(asked.text.chunks)
    words = [stage.encode(piece).ids for piece in pieces]
    spellings = sorted(first.get_vocab(), key=first.get_vocab().__getitem__)
    symbols, merges = MergeSymbols(spellings), list[tuple[int, int]]()
    learn(WordPairs(words, list(pieces.values())), symbols, 1000, 2, merges)

    made = Tokenizer(models.BPE())
    alphabet = [chr(0xE000 + i) for i in range(700)]
    trainer = trainers.BpeTrainer(vocab_size=1000, min_frequency=2, initial_alphabet=alphabet, show_progress=False)
    lines = [
        "".join(alphabet[i] for i in word) for word, n in zip(words, pieces.values(), strict=True) for _ in range(n)
    ]
    made.train_from_iterator(lines, trainer)
    theirs = [tuple("".join(spellings[ord(c) - 0xE000] for c in side) for side in pair) for pair in merges_of(made)]
    assert [(symbols.spellings[a], symbols.spellings[b]) for a, b in merges] == theirs and len(theirs) > 250


@needs_data
@pytest.mark.slow
@pytest.mark.parametrize(
    ("folder", "pre", "card", "bytes_per_token"),
    [
        ("superbpe_200k_t180k", "superbpe", "ByĠtheĠway ,ĠIĠam Ġa Ġfan ĠofĠthe ĠMilkyĠWay .", 4.99),
        ("bpe_200k_olmo2", "o200k", "By Ġthe Ġway , ĠI Ġam Ġa Ġfan Ġof Ġthe ĠMilky ĠWay .", 4.27),
    ],
)
def test_released_merges_cut_as_their_cards_say(folder: str, pre: str, card: str, bytes_per_token: float) -> None:
    """UW/OLMo2-8B-SuperBPE-t180k and UW/OLMo2-8B-BPE, as our trainers put merges into a tokenizer."""
    place = TOKENIZERS / "gpt2_style" / folder
    ids, pairs = models.BPE.read_file(str(place / "vocab.json"), str(place / "merges.txt"))
    symbols = MergeSymbols(sorted(ids, key=ids.__getitem__))
    cut = replace(task("superbpe", 300, ["a"]).cut, pre=pre)
    made = merged(symbols, [(symbols.ids[a], symbols.ids[b]) for a, b in pairs], (), cut)
    assert made.encode("By the way, I am a fan of the Milky Way.").tokens == card.split(" ")
    text = (DATA / "mono" / "wikitext2_valid.txt").read_bytes()[:400_000].decode(errors="ignore")
    assert len(text.encode()) / len(made.encode(text).ids) == pytest.approx(bytes_per_token, abs=0.005)


def test_superbpe_keeps_marks_together_where_that_is_asked() -> None:
    """Its authors' pattern cuts between the two marks of a Thai letter."""
    some, asked = texts(["tha_Thai"]), {"pieces": "superwords"}
    theirs, ours = (TRAINERS.get("superbpe").train(task("superbpe", 700, some, given)) for given in ({}, asked))
    cuts = [[piece for piece, _ in made.pre_tokenizer.pre_tokenize_str("ที่นี่ ผู้")] for made in (theirs, ours)]
    assert len(cuts[0]) > len(cuts[1]) == 1
    assert len(ours.encode(some[0]).ids) < len(theirs.encode(some[0]).ids)


def test_superbpe_merges_over_no_colon_and_no_more_than_four_words() -> None:
    made = TRAINERS.get("superbpe").train(
        task("superbpe", 600, ["and so: we go on and on\n" * 50], {"transition": 280})
    )
    words = [token.split("Ġ") for token in made.get_vocab()]
    assert max(sum(map(bool, each)) for each in words) == 4
    assert not any(":Ġ" in token for token in made.get_vocab())


def test_pieces_of_superbpe_end_with_their_lines() -> None:
    """Behind all its line ends, as words of the first stage do: what was learned there can still be reached."""
    cut = replace(task("superbpe", 300, ["a"]).cut, pre="superbpe")
    pieces = [one for one, _ in cut.pre_tokenizer().pre_tokenize_str("one two;\n\n\tthree 4four\r\n\r\nfive")]
    assert pieces == ["oneĠtwo;ĊĊ", "ĉthreeĠ", "4", "fourčĊčĊ", "five"]


def test_pathpiece_takes_as_few_tokens_as_its_entries_allow() -> None:
    asked = task("pathpiece", 800, texts(["eng_Latn", "rus_Cyrl"]))
    made = TRAINERS.get("pathpiece").train(asked)
    entries = set(made.get_vocab())
    for word in asked.cut.words(asked.text.chunks):
        least = [0] * (len(word) + 1)
        for end in range(1, len(word) + 1):
            least[end] = 1 + min(least[start] for start in range(end) if word[start:end] in entries)
        cut = made.model.tokenize(word)
        assert len(cut) == least[-1], word


def test_pathpiece_takes_out_what_is_missed_least() -> None:
    """What each entry is worth is the difference in tokens with and without it."""
    entries = {"a", "b", "c", "d", "ab", "bc", "cd", "abc", "bcd"}
    for word in ("abcd", "abcabc", "bcdab", "dcba", "aabbcd"):
        more = pathpiece.tokens_more(word, pathpiece.matches(word, entries, 3), 3)
        for piece, n in more.items():
            without = fewest(word, entries - {piece}) - fewest(word, entries)
            assert n == without if word.count(piece) == 1 else n <= without + 1, (word, piece)


def fewest(word: str, entries: set[str]) -> int:
    least = [0] * (len(word) + 1)
    for end in range(1, len(word) + 1):
        least[end] = 1 + min((least[s] for s in range(end) if word[s:end] in entries), default=10**6)
    return least[-1]


def spread(made: Tokenizer, by_language: Sequence[Sequence[str]]) -> tuple[float, int]:
    """(Gini of tokens over languages, tokens of all)."""
    counts = [sum(len(one.ids) for one in made.encode_batch(list(lines))) for lines in by_language]
    return float(gini(np.array(counts, float))), sum(counts)


def test_parity_makes_languages_equal() -> None:
    """On the text that it weighs them by; one language has six times the text of the others."""
    some = texts()
    unequal = [some[0] * 6, *some[1:]]
    lines = [text.split("\n") for text in some]
    plain = TRAINERS.get("bpe").train(task("bpe", 1500, unequal))
    asked = task(PARALLEL, 1500, unequal)
    asked = replace(asked, text=replace(asked.text, parallel=tuple(map(tuple, lines))))
    fair = TRAINERS.get(PARALLEL).train(asked)
    (before, tokens_before), (after, tokens_after) = spread(plain, lines), spread(fair, lines)
    assert after < before / 10 and tokens_after < 1.1 * tokens_before


def test_parity_weighs_code_in_its_first_merges() -> None:
    """Where all merges are those of all text they are those of BPE; with none, a text without parallel text is said."""
    some = texts(LANGUAGES[:2])
    code = "def f(self): return self.value\n" * 400
    lines = [text.split("\n") for text in some]
    asked = {n: task(PARALLEL, 700, [*some, code], {"global_merges": n}) for n in (0, 200, 700)}
    with_code = {n: replace(one, text=replace(one.text, parallel=tuple(map(tuple, lines)))) for n, one in asked.items()}
    with pytest.raises(NotMakeable, match=r"^'part 2' has no parallel text, so that only global merges can weigh it"):
        TRAINERS.get(PARALLEL).train(with_code[0])
    plain = merges_of(TRAINERS.get("bpe").train(task("bpe", 700, [*some, code])))
    assert merges_of(TRAINERS.get(PARALLEL).train(with_code[700])) == plain
    hybrid = merges_of(TRAINERS.get(PARALLEL).train(with_code[200]))
    assert hybrid[:200] == plain[:200] and hybrid != plain
    assert any("".join(pair).endswith("self") for pair in hybrid[:200]), "which stands in the code alone"


@pytest.mark.slow
def test_parity_makes_languages_equal_on_text_never_seen() -> None:
    """Eight languages of FLORES-200 dev, seven of them with a seventh of their sentences; measured on devtest."""
    try:
        dev, test = (open_corpus(f"flores200#{split}") for split in ("dev", "devtest"))
    except Exception as error:
        pytest.skip(f"FLORES-200 is not here: {error}")
    lines = [list(dev.sentences[code]) for code in LANGUAGES]
    unequal = ["\n".join(each if n == 0 else each[: len(each) // 7]) for n, each in enumerate(lines)]
    asked = task(PARALLEL, 4000, unequal)
    asked = replace(asked, text=replace(asked.text, parallel=tuple(map(tuple, lines))))
    held = [list(test.sentences[code]) for code in LANGUAGES]
    before, n_before = spread(TRAINERS.get("bpe").train(task("bpe", 4000, unequal)), held)
    after, n_after = spread(TRAINERS.get(PARALLEL).train(asked), held)
    print(f"Gini {before:.4f} to {after:.4f}, tokens {n_before:,} to {n_after:,}")
    assert after < before / 10 and n_after < 1.05 * n_before


def test_digits_are_cut_as_asked(tmp_path: Path) -> None:
    cut = task("bpe", 300, ["a"]).cut
    expected = {
        "alone": ["1", "2", "3", "4"],
        "threes from the left": ["123", "4"],
        "threes from the right": ["1", "234"],
    }
    for how, pieces in expected.items():
        for pre in ("gpt2", "cl100k", "o200k", "superbpe", "scripts", "none"):
            words = [word for word, _ in replace(cut, digits=how, pre=pre).pre_tokenizer().pre_tokenize_str("1234")]
            assert words == pieces, (how, pre)


@pytest.mark.parametrize("key", [key for key in ANY_SIZE if TRAINERS.get(key).level == "bytes"])
def test_bytes_are_said_back(key: str) -> None:
    made = TRAINERS.get(key).train(task(key, 700, texts(["eng_Latn", "tha_Thai"])))
    lines = calibration_lines()[::7]
    cut = made.encode_batch(list(lines), add_special_tokens=False)
    assert [made.decode(one.ids, skip_special_tokens=False) for one in cut] == list(lines)


def test_unigram_learns_from_words_that_stand_once() -> None:
    """They were left out like pieces that stand once, which cost it a sixth of its bytes per token."""
    text = "".join(
        f" {start}keit\n" for start in ("Heiter", "Selten", "Eitel", "Tapfer", "Wachsam", "Sauber", "Dunkel")
    )
    made = TRAINERS.get("unigram").train(task("unigram", 290, [text]))
    assert "keit" in made.get_vocab()


def test_unigram_begins_with_whole_words() -> None:
    """SentencePiece sees no string that is always followed by the same, and words that come alone always are."""
    text = " ".join(["được", "xin", "chào", "định"] * 50)
    made = TRAINERS.get("unigram").train(task("unigram", 300, [text]))
    assert {"▁được", "▁xin", "▁chào", "▁định"} <= set(made.get_vocab())


def test_length_max_takes_what_covers_most_of_what_is_left() -> None:
    """Each choice is the best there is, counted anew on what no earlier one covers."""
    words = Counter({"abcabc": 2, "bcd": 3, "abcd": 3, "zzzz": 4, "zz": 1, "abe": 2})
    chosen = length_max.covering(words, 4, 8, 2)
    left = [([word], n) for word, n in words.items()]
    for piece in chosen:
        scores = {
            one: sum(n * part.count(one) for parts, n in left for part in parts) * len(one)
            for word in words for one in length_max._pieces(word, 8)
        }  # fmt: skip
        assert scores[piece] == max(scores.values())
        left = [([rest for part in parts for rest in part.split(piece)], n) for parts, n in left]
    assert chosen == ["abc", "zz", "bcd", "abe"], "21, 18, 9 and 6"
    assert len(set(length_max.covering(words, 9, 8, 2))) == 9, "begun again once all is covered"


def test_length_max_and_its_file_take_the_longest_entry_each_time() -> None:
    asked = task("length-max", 900, texts(["eng_Latn", "tha_Thai"]))
    made = TRAINERS.get("length-max").train(asked)
    entries = set(made.get_vocab())
    for word in asked.cut.words(asked.text.chunks):
        cut, at = list[str](), 0
        while at < len(word):
            cut.append(next(word[at:end] for end in range(len(word), at, -1) if word[at:end] in entries))
            at += len(cut[-1])
        assert [one.value for one in made.model.tokenize(word)] == cut


def test_supertokens_that_are_cut_behind_every_word_are_bpe() -> None:
    """At a chance of 1; below it some go over a space, no more of them than there are stretches of words."""
    some = texts(["eng_Latn"])
    plain = TRAINERS.get("bpe").train(task("bpe", 800, some))
    assert merges_of(TRAINERS.get("supertokens").train(task("supertokens", 800, some, {"cut": 1.0}))) == merges_of(
        plain
    )
    made = TRAINERS.get("supertokens").train(task("supertokens", 800, some, {"cut": 0.3}))
    assert any("Ġ" in token[1:] for token in made.get_vocab())
    again = TRAINERS.get("supertokens").train(task("supertokens", 800, some, {"cut": 0.3}))
    assert again.to_str() == made.to_str()


def test_the_optimum_is_that_of_trying_all_and_no_worse_than_bpe() -> None:
    words = Counter({"abab": 3, "abc": 2, "bcab": 1, "cab": 2, "aab": 1})
    pieces = sorted({piece for word in words for piece in length_max._pieces(word, 4)})
    for n in (1, 2, 3):
        chosen = optimum.best_pieces(words, n, 4, 1)
        cost = {
            some: sum(times * fewest(word, {*"abc", *some}) for word, times in words.items())
            for some in combinations(pieces, n)
        }
        assert len(chosen) == n and cost[tuple(sorted(chosen))] == min(cost.values())
    page = [prose(1500)]
    best, plain = (TRAINERS.get(key).train(task(key, 256 + 60, page)) for key in ("optimum", "bpe"))
    tokens = [len(one.encode(page[0]).ids) for one in (best, plain)]
    print(f"optimum {tokens[0]}, BPE {tokens[1]} tokens")
    assert tokens[0] <= tokens[1]


@pytest.mark.parametrize(
    ("n_characters", "vocab", "said"), [(300, 900, "Ask for fewer"), (60_000, 400, "such as a page")]
)
def test_what_has_no_optimum_here_is_a_sentence(n_characters: int, vocab: int, said: str) -> None:
    with pytest.raises(NotMakeable, match=said):
        TRAINERS.get("optimum").train(task("optimum", vocab, [prose(n_characters)]))


def test_words_without_pairs_or_none_at_all() -> None:
    assert WordPairs([], []).best() is None and WordPairs([[], [3]], [1, 2]).best() is None


def test_neighbours_are_counted_right_where_merges_touch() -> None:
    """After each merge the counts are those of counting the words anew."""
    words = [[0, 0, 0, 0, 0], [0, 1, 0, 1, 0, 1], [1, 0, 0, 1, 0, 0], [1, 1], [0, 1, 1, 0, 1]]
    counts = WordPairs(words, [1, 2, 3, 4, 5])
    for pair, new in [((0, 0), 2), ((0, 1), 3), ((3, 3), 4), ((1, 2), 5)]:
        counts.merge(pair, new)
        anew = WordPairs(counts.words, [1, 2, 3, 4, 5])
        assert counts.n_tokens == anew.n_tokens and +Counter(counts._counts) == Counter(anew._counts)
