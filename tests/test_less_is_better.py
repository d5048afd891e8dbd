"""A lexicon learned by reading, against a plain one, and tokenizers that cut by the longest entry."""

from collections.abc import Sequence

import numpy as np
import pytest

from core.training.lexicon import Lexicon
from core.training.longest_match import bounded
from core.training.piece_tree import NONE
from core.training.trainer import TRAINERS, NotMakeable
from core.training.trainers import less_is_better
from tests.training import prose, sentences, task


class Always:
    """Notices each time."""

    def random(self, n: int) -> np.ndarray:
        return np.zeros(n)


def test_two_that_are_noticed_twice_become_one() -> None:
    """By hand: in "abab" ab is noticed, then ba, then ab again, which is a piece from there on."""
    lexicon = Lexicon("ab", 4)
    lexicon.read(lexicon.document(["abab"]), Always())  # type: ignore[arg-type]
    assert lexicon.rank == {"a": 0, "b": 1, "ab": 2} and lexicon.learned() == ["ab"]
    lexicon.read(lexicon.document(["abb", "abb"]), Always())  # type: ignore[arg-type]
    assert lexicon.rank["ab"] < 2, "ab, b takes two tokens where a, b, b takes three: it rises"


def test_what_makes_more_tokens_falls() -> None:
    """By hand: "ab" + "c" + "d" takes three tokens where "a" + "bcd" takes two."""
    lexicon = Lexicon("abcd", 4)
    for piece in ("ab", "bcd", "cd", "ac"):
        lexicon._add(piece)
    one, other = lexicon.number("ab"), lexicon.number("a")
    for text, verdict in (("abbcd", NONE), ("abcd", other)):  # both go on with bcd; ab, cd is worth less than a, bcd
        pieces, verdicts = lexicon.reading(lexicon.document([text])).weighed(np.array([0]))
        assert (pieces.tolist(), verdicts.tolist()) == ([one], [verdict]), text


def plain_reading(
    documents: Sequence[Sequence[str]], singles: Sequence[str], longest: int, chance: np.random.Generator
) -> list[str]:
    """The same by lists: all cuts are made anew and compared."""
    order, lives = list(singles), dict[str, int]()

    def longest_at(text: str, at: int, below: int) -> str:
        return max((one for one in order if text.startswith(one, at) and len(one) < below), key=len, default="")

    def cut_from(text: str, at: int) -> list[str]:
        found = []
        while at < len(text):
            found.append(longest_at(text, at, longest + 1))
            at += len(found[-1])
        return found

    def until_together(first: list[str], second: list[str]) -> tuple[list[str], list[str]]:
        for n in range(1, len(first) + 1):
            for m in range(1, len(second) + 1):
                if sum(map(len, first[:n])) == sum(map(len, second[:m])):
                    return first[:n], second[:m]
        raise AssertionError

    for document in documents:
        seen, moves = set[str](), list[tuple[str, int]]()
        for text in document:
            lots, at, before = chance.random(len(text)), 0, ""
            for lot in lots:
                if at >= len(text):
                    break
                piece = longest_at(text, at, longest + 1)
                joint = before + piece
                if lot < 0.25 and before and len(joint) <= longest:
                    if joint in seen and joint not in order:
                        order.append(joint)
                    seen.add(joint)
                if shorter := longest_at(text, at, len(piece)):
                    ours = [piece, *cut_from(text, at + len(piece))]
                    theirs = [shorter, *cut_from(text, at + len(shorter))]
                    ours, theirs = until_together(ours, theirs)
                    worse = len(ours), sum(map(order.index, ours))
                    if worse > (len(theirs), sum(map(order.index, theirs))):
                        moves += [(piece, 1), (shorter, -1)]
                    else:
                        moves.append((piece, -1))
                        lives.pop(piece, None)
                at, before = at + len(piece), piece
        places = {one: float(n) for n, one in enumerate(order)}
        for one, sign in moves:
            places[one] = max(0.0, places[one] + sign * (1 + int(0.2 * places[one])))
        dead = {one for one, left in lives.items() if left == 1}
        lives = {one: left - 1 for one, left in lives.items() if left > 1}
        order = sorted(order, key=lambda one: places[one])
        order = [one for one in order if one in singles or (places[one] < len(places) and one not in dead)]
        for one in order[int(0.9999 * len(order)) :]:
            if one not in singles:
                lives.setdefault(one, 10)
    return [one for one in order if one not in singles]


def test_it_reads_as_a_plain_one_does() -> None:
    lines = prose(1_500).lower().split("\n")
    singles = sorted(set("".join(lines)))
    documents = [lines[n::12] for n in range(12)] * 2
    lexicon, chance = Lexicon(singles, 6), np.random.default_rng(0)
    for document in documents:
        lexicon.read(lexicon.document(document), chance)
    plain = plain_reading(documents, singles, 6, np.random.default_rng(0))
    assert lexicon.learned() == plain and len(plain) > 30


def test_a_piece_that_goes_and_comes_again_has_the_documents_left_that_it_had() -> None:
    chance = np.random.default_rng(2)
    words = ["".join(chance.choice(list("abc"), n)) for n in chance.integers(1, 12, 60)]
    documents = [[words[k] for k in chance.integers(0, 60, 30)] for _ in range(100)]
    lexicon, lots = Lexicon(list("abc"), 8), np.random.default_rng(0)
    for document in documents:
        lexicon.read(lexicon.document(document), lots)
    assert lexicon.learned() == plain_reading(documents, list("abc"), 8, np.random.default_rng(0))


def test_a_text_that_gives_too_few_says_what_would_help() -> None:
    with pytest.raises(NotMakeable, match=r"entries after 5 passes, not .*let it read more often \(passes\)"):
        TRAINERS.get("lib").train(task("lib", 3000, ["\n".join(sentences("eng_Latn"))]))


@pytest.mark.parametrize("key", ["lib", "length-max"])
def test_words_without_end_are_cut_before_they_take_long(key: str) -> None:
    """The library refused words of more than 10,000 bytes, and took 19 seconds for one of 9,000."""
    asked = task(key, 330, [prose(2_500)])
    made = TRAINERS.get(key).train(asked)
    for text in ("x" * 12_000, "ที่" * 300, "so " + "it" * 600):
        cut = made.encode(text)
        assert made.decode(cut.ids) == text
    entries, cut = set(made.get_vocab()), bounded(asked.cut)
    for word in cut.words((prose(6_000)[4_000:], "ภาษาไทย" * 100)):
        tokens, at = list[str](), 0
        while at < len(word):
            tokens.append(next(word[at:end] for end in range(len(word), at, -1) if word[at:end] in entries))
            at += len(tokens[-1])
        assert [one.value for one in made.model.tokenize(word)] == tokens


def test_lines_are_read_in_another_order_by_another_seed() -> None:
    some = [prose(6_000)]
    first = less_is_better.train(task("lib", 300, some))
    asked = task("lib", 300, some)
    other = less_is_better.train(TRAINERS.get("lib").task(asked.text, asked.options, TRAINERS.get("lib").read({}, 1)))
    assert first.get_vocab().keys() != other.get_vocab().keys()
