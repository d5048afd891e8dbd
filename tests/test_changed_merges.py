"""Trainers that merge in another order, over words, after a list of terms or on parts of words."""

import math
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest
from tokenizers import Tokenizer, models

from core.training.pretokenizers import SPACE
from core.training.trainer import TRAINERS, NotMakeable, TrainingTask
from core.training.trainers import boundless, bpe, constituents, kl3m, lz_aware
from core.training.trainers.bpe import ALPHABET
from tests.training import merged_word, merges_of, plain_merges, prose, sentences, task


def english() -> str:
    return prose(30_000)


def two_levels(asked: TrainingTask, made: Tokenizer, within: int, line: str) -> list[str]:
    """A line as Boundless BPE cuts it: words by their merges, then whole words of letters by the others, in order."""
    merges = merges_of(made)
    first = Tokenizer(models.BPE(made.get_vocab(), merges[:within]))
    whole = {start for _, (start, _) in replace(asked.cut, pre="superwords").pre_tokenizer().pre_tokenize_str(line)}
    parts: list[tuple[str, bool, bool]] = []  # token, whether it is a whole word of letters, whether it begins a piece
    for word, (start, end) in asked.cut.pre_tokenizer().pre_tokenize_str(line):
        tokens = first.encode(word).tokens
        whole_word = len(tokens) == 1 and boundless._of_letters(line[start:end])
        parts += [(one, whole_word, start in whole and not n) for n, one in enumerate(tokens)]
    for a, b in merges[within:]:
        at = 0
        while at + 1 < len(parts):
            (x, x_whole, begins), (y, y_whole, cut) = parts[at], parts[at + 1]
            if (x, y) == (a, b) and x_whole and y_whole and not cut:
                parts[at : at + 2] = [(x + y, True, begins)]
            at += 1
    return [one for one, _, _ in parts]


def test_boundless_merges_whole_words_as_counting_anew_does() -> None:
    asked = task("boundless", 700, [english()], {"transition": 650})
    made = TRAINERS.get("boundless").train(asked)
    bpe = TRAINERS.get("bpe").train(task("bpe", 650, [english()]))
    merges, within = merges_of(made), len(merges_of(bpe))
    assert merges[:within] == merges_of(bpe)
    runs = Counter[tuple[str, ...]]()
    vocabulary = bpe.get_vocab()
    for line in english().splitlines():
        cut = asked.cut.pre_tokenizer().pre_tokenize_str(line)
        run: tuple[str, ...] = ()
        for word, (start, end) in cut:
            if word in vocabulary and line[start:end].strip(" ").isalpha():
                run += (word,)
            else:
                runs[run] += 1
                run = ()
        runs[run] += 1
    plain = plain_merges(runs, 50, first=sorted(vocabulary, key=vocabulary.__getitem__))
    assert merges[within:] == plain and all("Ġ" in b for _, b in plain)


def test_how_much_the_file_of_boundless_joins_otherwise() -> None:
    """It may join a word with the beginning of the next, which is no whole token; tokens that differ are counted."""
    asked = task("boundless", 700, [english()], {"transition": 650})
    made = TRAINERS.get("boundless").train(asked)
    within = len(merges_of(TRAINERS.get("bpe").train(task("bpe", 650, [english()]))))
    lines = [line for code in ("eng_Latn", "deu_Latn") for line in sentences(code)]
    apart = n_tokens = 0
    for line in lines:
        theirs, ours = two_levels(asked, made, within, line), made.encode(line).tokens
        apart += len(ends(theirs) ^ ends(ours))
        n_tokens += len(theirs)
    print(f"{apart / n_tokens:.3f} of the token ends")
    assert 0 < apart / n_tokens < 0.05


def ends(tokens: list[str]) -> set[int]:
    return set(np.cumsum([len(one) for one in tokens]).tolist())


def test_a_transition_that_leaves_too_few_words_is_later() -> None:
    made = TRAINERS.get("boundless").train(task("boundless", 900, [english()]))
    assert made.get_vocab_size() == 900
    short = TRAINERS.get("boundless").train(task("boundless", 900, [english()], {"transition": 300}))
    assert short.get_vocab_size() < 900


def varints(numbers: list[int]) -> bytes:
    found = bytearray()
    for one in numbers:
        rest = one
        while rest > 127:
            found.append(rest % 128 + 128)
            rest //= 128
        found.append(rest)
    return bytes(found)


def ranked(numbers: list[int]) -> bytes:
    order = [one for one, _ in sorted(Counter(numbers).items(), key=lambda each: (-each[1], each[0]))]
    return varints([order.index(one) for one in numbers])


def sixteen_bits(numbers: list[int]) -> bytes:
    return b"".join(one.to_bytes(2, "little") for one in numbers)


WRITTEN = {"by-frequency": ranked, "by-age": varints, "fixed": sixteen_bits}


@pytest.mark.parametrize("serialisation", lz_aware.SERIALISATIONS)
def test_lz_aware_merges_what_compresses_best(serialisation: str) -> None:
    """Each pair counted anew, each candidate's sample written and compressed anew."""
    text, n, n_candidates = english()[:900], 40, 3
    given = {"candidates": n_candidates, "serialisation": serialisation, "sample": 1}
    asked = task("lz-aware", 256 + n, [text], given)
    assert merges_of(TRAINERS.get("lz-aware").train(asked)) == plain_lz(asked, n, n_candidates, WRITTEN[serialisation])


def plain_lz(
    asked: TrainingTask, n: int, n_candidates: int, written: Callable[[list[int]], bytes]
) -> list[tuple[str, str]]:
    words = {word: tuple(word) for word in asked.cut.words(asked.text.chunks)}
    weights = asked.cut.words(asked.text.chunks)
    sample = [tuple(word) for word, _ in asked.cut.pre_tokenizer().pre_tokenize_str("".join(asked.text.chunks))]
    age, merges = {one: place for place, one in enumerate(ALPHABET)}, list[tuple[str, str]]()
    while len(merges) < n:
        pairs = Counter[tuple[str, str]]()
        for word, times in weights.items():
            for pair in pairwise(words[word]):
                pairs[pair] += times
        order = sorted(pairs, key=lambda pair: (-pairs[pair], age[pair[0]], age[pair[1]]))[:n_candidates]
        sizes = []
        for pair in order:
            new = {**age, "".join(pair): len(age)}
            sizes.append(
                len(
                    zlib.compress(
                        written([new[x] for word in sample for x in merged_word(word, pair, "".join(pair))]), 6
                    )
                )
            )
        best = order[sizes.index(min(sizes))]
        merges.append(best)
        age["".join(best)] = len(age)
        words = {word: merged_word(cut, best, "".join(best)) for word, cut in words.items()}
        sample = [merged_word(word, best, "".join(best)) for word in sample]
    return merges


def test_lz_aware_of_one_candidate_is_bpe() -> None:
    plain = merges_of(TRAINERS.get("bpe").train(task("bpe", 600, [english()])))
    assert merges_of(TRAINERS.get("lz-aware").train(task("lz-aware", 600, [english()], {"candidates": 1}))) == plain


def test_long_numbers_are_written_in_three_bytes() -> None:
    numbers = [0, 127, 128, 16_383, 16_384, 999_999]
    assert lz_aware.SERIALISATIONS["by-age"](np.array(numbers)) == varints(numbers)


def test_short_bpe_has_no_longer_entries_and_is_filled_with_runs() -> None:
    few = "so it goes, and so it went\n" * 9
    made = TRAINERS.get("kl3m").train(task("kl3m", 512, [few], {"longest": 2}))
    runs = [one for one in made.get_vocab() if set(one) <= {" ", "\n"}]
    assert made.get_vocab_size() == 512 and len(runs) > 200
    assert max(len(one) for one in made.get_vocab() if one not in runs) == 2
    text = "a     b\n\n\n\nc"
    assert made.encode(text).tokens == ["a", "     ", "b", "\n\n\n\n", "c"]
    assert made.decode(made.encode(text).ids, skip_special_tokens=False) == text
    longer = {len(one) for one in TRAINERS.get("kl3m").train(task("kl3m", 700, [english()])).get_vocab()}
    assert max(longer) == 3
    with pytest.raises(NotMakeable, match="allow longer pieces") as told:
        TRAINERS.get("kl3m").train(task("kl3m", 8192, [few]))
    fewer = int(str(told.value).split("Ask for ")[1].split(" entries")[0].replace("\u202f", "").replace(",", ""))
    assert TRAINERS.get("kl3m").train(task("kl3m", fewer, [few])).get_vocab_size() == fewer
    assert kl3m.padding({"ĠĠ", "ĊĊ"}, 2) == ["   ", "\n\n\n"]


@pytest.mark.parametrize("key", ["bpe", "unigram"])
def test_terms_are_one_token_each(key: str) -> None:
    """Behind a space as anywhere in a text; what else is learned makes room for them."""
    terms = ["methotrexate", "Fußballweltmeisterschaft", "การแปล", "the"]
    asked = task(key, 900, [english()], {"terms": f" {terms[0]},{terms[1]}\n{terms[2]},, the, the"})
    made = TRAINERS.get(key).train(asked)
    assert made.get_vocab_size() == 900
    for term in terms:
        [token] = made.encode(f" {term}").ids
        assert made.encode(f"so {term} goes").ids.count(token) == 1, term
    plain = TRAINERS.get(key).train(task(key, 900, [english()]))
    assert len(plain.encode(f" {terms[0]}").ids) > 1
    assert len(set(plain.get_vocab()) & set(made.get_vocab())) > 780


def test_merges_behind_the_terms_are_those_of_counting_anew() -> None:
    asked = task("bpe", 330, [english()], {"terms": "dose, overdose"})
    merges = merges_of(TRAINERS.get("bpe").train(asked))
    n_terms = next(n for n, pair in enumerate(merges, 1) if "".join(pair) == "Ġoverdose")
    words = {word: tuple(word) for word in asked.cut.words(asked.text.chunks)}
    n_terms = max(n_terms, next(n for n, pair in enumerate(merges, 1) if "".join(pair) == "Ġdose"))
    age = [*ALPHABET]
    for pair in merges[:n_terms]:
        words = {word: merged_word(cut, pair, "".join(pair)) for word, cut in words.items()}
        age.append("".join(pair))
    weights = asked.cut.words(asked.text.chunks)
    plain = plain_merges(Counter({cut: weights[word] for word, cut in words.items()}), 74 - n_terms, first=age)
    assert merges[n_terms:] == plain


def test_terms_without_room_are_a_sentence() -> None:
    terms = ",".join(f"{'abcdefgh'[n % 8]}{n}term" for n in range(80))
    for key in ("bpe", "unigram"):
        with pytest.raises(NotMakeable, match=r"[Tt]erm|room"):
            TRAINERS.get(key).train(task(key, 300, [english()], {"terms": terms}))


def best_parts(word: str, often: Counter[str], least: int) -> list[str]:
    """By trying all cuts."""
    found = [(math.log(often[word]), 0, [word])]
    for n in (1, 2, 3):
        for cuts in combinations(range(least, len(word) - least + 1), n):
            parts = [word[a:b] for a, b in pairwise((0, *cuts, len(word)))]
            if all(len(one) >= least and often[one] for one in parts):
                found.append((sum(math.log(often[one]) for one in parts) / len(parts), -n, parts))
    return max(found)[2]


def test_compounds_are_cut_as_trying_all_cuts_does() -> None:
    words = {"hand": 5, "ball": 7, "spiel": 9, "handball": 3, "handballspiel": 1, "ballspiel": 8, "spielball": 2}
    words |= {"handspiele": 4, "ballhand": 1}
    found = constituents.in_constituents({f"{SPACE}{word}": n for word, n in words.items()}, 3)
    plain = Counter[str]()
    for word, n in words.items():
        first, *rest = best_parts(word, Counter(words), 3)
        plain[SPACE + first] += n
        for part in rest:
            plain[part] += n
    assert found == plain and found[f"{SPACE}handspiele"] == 4 and found[f"{SPACE}ballspiel"] == 8


def test_compounds_by_hand() -> None:
    """Arbeit stands 9 times and Amt 4, whose mean, 6, is more than 2; the s between them stays with the first."""
    words = {"▁Arbeit": 9, "▁Amt": 4, "▁Arbeitsamt": 2}
    assert constituents.in_constituents(words, 3, ["s"]) == {"▁Arbeit": 9, "▁Amt": 4, "▁Arbeits": 2, "amt": 2}
    assert constituents.in_constituents(words, 3) == words
    assert constituents.in_constituents({**words, "▁Arbeitsamt": 7}, 3, ["s"]) == {**words, "▁Arbeitsamt": 7}
    assert constituents.in_constituents({"": 1, "▁": 2, "▁İİİİ": 1, "▁1234": 1}, 2).total() == 5


def test_pieces_of_constituents_stop_where_they_meet() -> None:
    """What plain Unigram takes whole, since it stands often; and in use whole words are cut."""
    text = ("Haus Tür Haustür Haus Tür Dach Hausdach Haus Dach Haus Tür\n" * 40) + english()
    plain, made = (
        TRAINERS.get(key).train(task(key, 700, [text], given))
        for key, given in (("unigram", {}), ("constituents", {"least": 3}))
    )
    assert "▁Haustür" in plain.get_vocab() and "▁Haustür" not in made.get_vocab()
    assert made.encode(" Haustür").tokens == ["▁Haus", "tür"]


def test_the_first_stage_is_shared() -> None:
    asked = task("superbpe", 600, [english()])
    symbols, merges = bpe.learned(asked, 480)
    assert len(symbols.spellings) == 480 and len(merges) == 480 - 256
