"""Gaps that a model fills: by hand where that can be, and against the next byte of the same model."""

import numpy as np
import pytest
import torch

from core.common.errors import TooLarge, UserError
from core.jobs.result_codec import restored, stored
from core.models.load import open_model
from core.probes.bytes.asking import next_byte
from core.probes.bytes.prompt import Prompt
from core.probes.filling.asked import filled, marks_of
from core.probes.filling.gap import FilledGap, TextGap
from core.probes.filling.shipped import shipped_gaps
from core.probes.gaps import MOST_BYTES, WAYS, GapFilling, gaps, gaps_in
from core.tokenizers.local_tokenizer import open_local
from core.tokenizers.tokenizer import PLAIN

ENGLISH = "shipped:tiny-english"


def answered(naive: str, exact: str) -> FilledGap:
    return FilledGap(
        TextGap("a num", "ber", ""), True, dict.fromkeys(WAYS, 0.5), {"naive": naive, "healed": naive, "exact": exact}
    )


def test_words_of_six_letters_and_more_are_cut_in_the_middle_with_their_marks() -> None:
    [one] = gaps_in("short words\n\nहिन्दीभाषा here", 9)
    assert one.before + one.missing == "हिन्दीभाषा" and one.after == " here"
    assert not one.missing.startswith(("ि", "्", "ी", "ा")), "a mark stays with its letter"
    assert [len(gaps_in("another " * 10, most)) for most in (3, 99)] == [3, 10]
    evenly = gaps_in("another " * 10, 3)
    assert [len(gap.before) for gap in evenly] == [3, 27, 51]


def test_texts_that_have_no_gap_are_one_sentence_each() -> None:
    with pytest.raises(UserError, match="No word of this text"):
        gaps_in("a b c", 9)
    with pytest.raises(TooLarge, match="Give a part"):
        gaps_in("a" * (MOST_BYTES + 1), 9)
    with pytest.raises(UserError, match="UTF-8"):
        gaps(ENGLISH, "\ud800")


def test_shares_and_gains_are_counted_on_the_same_gaps() -> None:
    some = [answered("ber", "ber"), *[answered("bar", "ber")] * 9]
    found = GapFilling("m", "f", False, tuple(some), 0)
    assert (found.right("naive").value, found.right("exact").value) == (0.1, 1)
    gain = found.gain("exact")
    assert gain.value == 0.9 and 0.6 < gain.low < 0.9 < gain.high <= 1
    assert found.first("healed").value == 0.5
    assert np.isnan(GapFilling("m", "f", False, tuple(some[:2]), 0).gain("exact").low), "two tell nothing of others"
    assert restored(GapFilling, stored(found)) == found
    assert "10 gaps, of which 10 begin inside a token" in found.sentences()[0]


def test_with_nothing_behind_the_gap_the_first_byte_is_that_of_the_next_byte() -> None:
    model, gap = open_model(ENGLISH), TextGap("The weather is beau", "tiful", "")
    found, wanted = filled(model, gap), next_byte(model, Prompt(gap.before), 64)
    assert wanted.naive is not None and wanted.healed is not None
    ways = {"naive": wanted.naive, "healed": wanted.healed, "exact": wanted.exact}
    assert found.first == pytest.approx({way: row[ord("t")] for way, row in ways.items()}, abs=1e-6)
    assert found.filled["exact"][0] == chr(int(wanted.exact.argmax()))
    assert {len(text.encode()) for text in found.filled.values()} <= {len(gap.missing)}


def test_what_stands_behind_the_gap_is_read_before_the_text() -> None:
    model, gap = open_model(ENGLISH), TextGap("The weather is beau", "tiful", " today.")
    ids = [*model.tokenizer.encode(gap.after, PLAIN).ids.tolist(), *model.tokenizer.encode("\n\n", PLAIN).ids.tolist()]
    ids += model.tokenizer.encode(gap.before, PLAIN).ids.tolist()
    row = model.logits(torch.tensor([[model.bos, *ids]]))[0, -1].double().softmax(0).detach().numpy()
    begins = {i: model.tokenizer.decode([i])[:1] for i in range(model.n_rows)}
    special = {*model.special_ids.values()} - {model.special_ids.get("eos")}
    spelled = sum(row[i] for i, first in begins.items() if i not in special)
    wanted = sum(row[i] for i, first in begins.items() if first == b"t") / spelled
    assert filled(model, gap).first["naive"] == pytest.approx(wanted, rel=1e-3)


def test_tokens_for_gaps_are_known_where_a_vocabulary_has_them() -> None:
    assert marks_of(open_local("tiktoken:cl100k_base")) == (100258, 100260, 100259)
    assert marks_of(open_model(ENGLISH).tokenizer) == ()


def test_what_ships_filled_the_gaps_that_ship() -> None:
    ready = shipped_gaps()
    assert [one.gap for one in ready.found.gaps] == gaps_in("", ready.most) and not ready.found.left_out
    assert ready.found.right("exact").value > ready.found.right("naive").value
    assert not np.isnan(ready.found.gain("exact").low)
