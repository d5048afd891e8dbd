"""A model's loss on other spellings: one that knows nothing, by hand; the own spelling as texts are scored."""

from collections.abc import Sequence
from math import log2
from pathlib import Path
from random import Random

import pytest

from core.common.errors import TooLarge, UserError
from core.jobs.result_codec import restored, stored
from core.models.load import open_model
from core.models.score import score
from core.probes.respelled.job import params_of
from core.probes.respelled.read_ids import bits_of
from core.probes.respelled.respelling import Respelling
from core.probes.respelled.shipped import shipped_losses
from core.probes.spelling_edges import spellers_of
from core.probes.spelling_loss import MOST_BYTES, SHARES, TEXT, SpellingLoss, spelling_loss, spelling_loss_of
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.tokenizer import TokenDetails

ENGLISH = "shipped:tiny-english"
SENTENCE = "A tokenizer cuts a text into pieces."


def test_a_model_that_knows_nothing_pays_the_same_for_every_token() -> None:
    model = open_model(ENGLISH)
    for parameter in model.module.parameters():
        parameter.data.zero_()
    found = spelling_loss_of(model, SENTENCE, 3, 0)
    each = log2(model.n_rows) / len(SENTENCE.encode())
    for row in found.rows:
        assert row.bits_per_byte == pytest.approx([n * each for n in row.n_tokens], rel=1e-5)


def test_the_own_spelling_costs_what_the_model_needs_for_the_text() -> None:
    model = open_model(ENGLISH)
    found = spelling_loss_of(model, SENTENCE, 2, 0)
    assert found.rows[0].mean == pytest.approx(score(model, [SENTENCE]).bits_per_byte, rel=1e-5)
    assert found.rows[0].n_tokens == (found.n_tokens,)
    assert found.rows[-1].mean > found.rows[0].mean
    assert restored(SpellingLoss, stored(found)) == found


def test_so_many_tokens_are_spelled_otherwise_and_the_bytes_stay() -> None:
    tokenizer = open_tokenizer("mistral:v3")
    own = tuple(tokenizer.segment(SENTENCE).ids.tolist())
    respelling, dice = Respelling(spellers_of(tokenizer), own), Random(1)
    wanted = b"".join(entry.piece for entry in tokenizer.describe(own))
    assert respelling.drawn(0, dice) == own
    for n in range(1, len(respelling.movable) + 1):
        drawn = respelling.drawn(n, dice)
        pieces = [entry.piece for entry in tokenizer.describe(drawn)]
        assert b"".join(pieces) == wanted and drawn != own
    ends = _ends(tokenizer.describe(own))
    assert _ends(tokenizer.describe(respelling.drawn(len(respelling.movable), dice))) > ends


def _ends(entries: Sequence[TokenDetails]) -> set[int]:
    at, found = 0, set[int]()
    for entry in entries:
        at += len(entry.piece)
        found.add(at)
    return found


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [("", UserError, "is empty"), ("a" * (MOST_BYTES + 1), TooLarge, "Give a part"), ("\ud800", UserError, "UTF-8")],
)
def test_a_text_that_cannot_be_asked_about_says_why(text: str, error: type[UserError], said: str) -> None:
    with pytest.raises(error, match=said):
        spelling_loss(ENGLISH, text)
    with pytest.raises(error, match=said):
        params_of(ENGLISH, text, 1, 0)


def test_ids_without_a_row_and_too_many_of_them_are_one_sentence() -> None:
    model = open_model(ENGLISH)
    with pytest.raises(UserError, match="none for token"):
        bits_of(model, [model.n_rows])
    assert model.max_tokens is not None
    with pytest.raises(UserError, match="Give a shorter text"):
        bits_of(model, [1] * (model.max_tokens + 1))


def test_what_ships_was_asked_about_the_usual_text() -> None:
    ready = shipped_losses()
    assert ready.found.text == TEXT and [row.share for row in ready.found.rows] == [*SHARES]
    means = [row.mean for row in ready.found.rows]
    assert means == sorted(means) and ready.found.fingerprint
    assert all(len(row.bits_per_byte) == ready.samples for row in ready.found.rows[1:])
    wanted = f"**{means[0]:.2f}**"
    assert wanted in (Path(__file__).parents[1] / "docs" / "probes" / "spelling_loss.md").read_text(encoding="utf-8")
