"""Questions spelled otherwise, and two models as one: by hand where that can be, and against each model alone."""

import numpy as np
import pytest

from core.common.errors import TooLarge, UserError
from core.jobs.result_codec import restored, stored
from core.models.load import open_model
from core.models.score import score
from core.probes.asked_otherwise.shipped import shipped_spelling_answers
from core.probes.bytes.pooled import as_one, pooled_bits
from core.probes.pooled import MOST_TEXTS, Pooled, PooledText, lines_of, pooled
from core.probes.pooling.shipped import shipped_pooled
from core.probes.respelled.read_ids import bits_behind, bits_of
from core.probes.respelled.respelling import Respelling
from core.probes.spelling_answers import AskedOtherwise, SpellingAnswers, spelling_answers
from core.probes.spelling_edges import spellers_of
from core.tokenizers.catalog import open_tokenizer

ENGLISH, WORLD = "shipped:tiny-english", "shipped:tiny-world"


@pytest.mark.parametrize("spec", ["mistral:v3", "tiktoken:cl100k_base"])
def test_a_text_character_by_character_has_the_same_bytes_and_a_token_for_each(spec: str) -> None:
    tokenizer = open_tokenizer(spec)
    own = tuple(tokenizer.segment("naïve cat").ids.tolist())
    pieces = [entry.piece for entry in tokenizer.describe(Respelling(spellers_of(tokenizer), own).by_characters())]
    said = b"".join(entry.piece for entry in tokenizer.describe(own))
    assert b"".join(pieces) == said and [*map(len, pieces)] == [len(one.encode()) for one in said.decode()]


def test_bits_behind_others_are_those_of_all_less_those_of_the_others() -> None:
    model = open_model(ENGLISH)
    before, ids = (5, 9, 40), (7, 3)
    assert bits_behind(model, before, ids) == pytest.approx(bits_of(model, before + ids) - bits_of(model, before))


def test_shares_right_and_kept_are_counted() -> None:
    both, none = {"own": True, "random": True, "characters": False}, {"own": False, "random": True, "characters": False}
    tokens = {"own": 1, "random": 2, "characters": 3}
    found = SpellingAnswers("m", "f", (AskedOtherwise("a", tokens, both), AskedOtherwise("b", tokens, none)), 0)
    assert (found.right("own").value, found.right("random").value) == (0.5, 1)
    assert (found.kept("random").value, found.kept("characters").value) == (1, 0)
    assert restored(SpellingAnswers, stored(found)) == found


def test_what_ships_asked_every_english_question() -> None:
    found = shipped_spelling_answers().found
    assert len(found.questions) + found.left_out == 20 and found.right("own").low > 1 / 3
    assert all(one.n_tokens["characters"] == len(one.prompt) for one in found.questions)


def test_a_language_without_questions_is_one_sentence() -> None:
    with pytest.raises(UserError, match="Known: "):
        spelling_answers(ENGLISH, ["xyz"])


def test_a_model_with_itself_is_itself_and_needs_what_it_needs_for_the_text() -> None:
    model, text = open_model(ENGLISH), "The cat sat."
    bits = pooled_bits(model, model, text)
    assert [*bits.values()] == pytest.approx([bits["model"]] * 4)
    assert bits["model"] == pytest.approx(score(model, [text]).bits_per_byte * len(text), rel=0.05)


def test_the_mean_costs_at_most_a_bit_for_each_byte_and_the_product_at_most_the_middle() -> None:
    text = "The café"
    bits = pooled_bits(open_model(ENGLISH), open_model(WORLD), text)
    assert min(bits["model"], bits["other"]) != bits["mean"] <= min(bits["model"], bits["other"]) + len(text.encode())
    assert 0 < bits["product"] <= (bits["model"] + bits["other"]) / 2  # sharing out anew only gives


def test_two_distributions_are_brought_together_as_by_hand() -> None:
    """.9 and .5: the mean is .7, and of the roots .9·.5 and .1·.5 stand as 3 to 1."""
    found = as_one(np.log([[0.9, 0.1]]), np.log([[0.5, 0.5]]))
    assert np.exp(found["mean"]) == pytest.approx(np.array([[0.7, 0.3]]))
    assert np.exp(found["product"]) == pytest.approx(np.array([[0.75, 0.25]]))


def test_gains_and_their_intervals_are_of_the_same_texts() -> None:
    texts = [PooledText(10, {"model": 20.0 + n, "other": 30.0, "mean": 10.0 + n, "product": 25.0}) for n in range(10)]
    found = Pooled(("a", "b"), ("", ""), tuple(texts))
    assert found.better == "model" and found.bits_per_byte("model").value == pytest.approx(2.45)
    gain = found.gain("mean")
    assert (gain.value, gain.low, gain.high) == pytest.approx((1, 1, 1))
    few = Pooled(("a", "b"), ("", ""), tuple(texts[:2])).gain("product")
    assert np.isnan(few.low) and few.reason


def test_lines_that_cannot_be_read_are_one_sentence_each() -> None:
    with pytest.raises(UserError, match="nothing to read"):
        lines_of(" \n ")
    with pytest.raises(TooLarge, match="Give a part"):
        lines_of("a\n" * (MOST_TEXTS + 1))
    with pytest.raises(UserError, match="UTF-8"):
        pooled(ENGLISH, WORLD, "\ud800")


def test_the_two_that_ship_read_the_sentences_that_ship() -> None:
    found = shipped_pooled().found
    assert [text.n_bytes for text in found.texts] == [len(line.encode()) for line in lines_of("")]
    assert not np.isnan(found.gain("mean").low)
