"""Under-trained tokens are found by their rows, and by asking: in a model that was trained without some."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.stats import mannwhitneyu

from components.vocabulary.views.under_trained import candidates_table
from components.widgets.chips import piece_shown
from core.__main__ import main
from core.common.errors import UserError
from core.jobs.result_codec import restored
from core.models.language_model import LanguageModel
from core.models.load import open_model
from core.models.submitted import memory
from core.models.under_trained import find, repeating
from core.models.under_trained.find import TokenAsked, UnderTrained, under_trained
from core.models.under_trained.indicators import DISTANCE, NORM, distances, first_component
from core.models.under_trained.job import params_of
from core.models.under_trained.known_unused import BYTES, NAMED, ROWS, known_unused
from core.models.under_trained.prompts import PROMPTS, gapped
from core.vocabulary.entries import entries_of
from core.work.under_trained import JOB
from tests.jobs_home import computed
from tests.toy_training import V, trained_without

LEFT_OUT = list(range(258, 300, 2))


def roc(values: NDArray[np.float64], untrained: NDArray[np.bool_], others: NDArray[np.bool_]) -> float:
    """Area under the curve: how often a token that was left out has the lower indicator."""
    area = mannwhitneyu(values[others], values[untrained]).statistic
    return float(area / (untrained.sum() * others.sum()))


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    return trained_without(tmp_path_factory.mktemp("untied"), LEFT_OUT, tied=False)


@pytest.fixture(scope="module")
def untied(toy: LanguageModel) -> UnderTrained:
    return under_trained(toy, share=0.1)


def test_tokens_that_training_left_out_are_found_by_length(untied: UnderTrained) -> None:
    """Every one before any other, and of those asked for no other is verified."""
    left_out = np.isin(np.arange(V), LEFT_OUT) & untied.compared
    assert untied.indicator == NORM
    assert roc(untied.values, left_out, untied.compared & ~left_out) == 1.0
    assert {token.id for token in untied.candidates} <= set(LEFT_OUT)


def test_the_model_cannot_say_what_it_never_met_and_says_others(untied: UnderTrained) -> None:
    assert len(untied.verified) == len(untied.candidates) > 0
    assert untied.n_controls_said > len(untied.controls) / 2
    assert not untied.notes


def test_what_one_prompt_settles_is_not_asked_for_again_and_verified_alike(
    toy: LanguageModel, untied: UnderTrained, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a bound that this toy passes, against all prompts asked, since it gives no token over 0.9."""
    monkeypatch.setattr(repeating, "SETTLED", 0.2)
    some = under_trained(toy, share=0.1)
    few, all_ = ((*found.candidates, *found.controls) for found in (some, untied))
    assert [(token.id, token.verified) for token in few] == [(token.id, token.verified) for token in all_]
    said, whole = (np.array([token.said for token in tokens]) for tokens in (few, all_))
    left_out = np.isnan(said)
    assert left_out.any() and not np.isnan(whole).any()
    assert (np.nanmax(said, axis=1)[left_out.any(axis=1)] > 0.2).all()
    assert said[~left_out] == pytest.approx(whole[~left_out], abs=1e-4)


def test_tied_rows_are_told_by_their_distance_to_unused_ones(tmp_path: Path) -> None:
    model = trained_without(tmp_path, LEFT_OUT, tied=True)
    found = under_trained(model, share=0.1, ask=False)
    left_out = np.isin(np.arange(V), LEFT_OUT) & found.compared
    assert found.indicator == DISTANCE
    assert roc(found.values, left_out, found.compared & ~left_out) > 0.95
    assert all(token.grade == "not asked for" for token in found.candidates)


def test_distances_are_those_of_the_definition() -> None:
    """Against the matrix without its first principal component, written out."""
    rows = torch.randn(500, 12, generator=torch.Generator().manual_seed(0))
    rows[:, 0] *= 9
    full = rows.double().numpy()
    first = np.linalg.svd(full - full.mean(0))[2][0]
    without = full - np.outer(full @ first, first)
    mean = without[[3, 5]].mean(0)
    cosine = without @ mean / np.linalg.norm(without, axis=1) / np.linalg.norm(mean)
    assert abs(first_component(rows) @ first) == pytest.approx(1, abs=1e-9)
    assert distances(rows, np.array([3, 5])) == pytest.approx(1 - cosine, abs=1e-5)


def test_ids_without_text_are_known_to_be_unused() -> None:
    model = open_model("shipped:tiny-english", device="cpu")
    entries, rows = entries_of(model.tokenizer), model.matrices().head
    more = torch.cat([rows, rows[:2]])
    by_group = known_unused(entries, more).by_group
    assert by_group[ROWS].tolist() == [len(entries), len(entries) + 1]
    assert {entries.pieces[i] for i in by_group[BYTES]} == {bytes([b]) for b in (0xC0, 0xC1, *range(0xF5, 256))}
    assert {name: ids.tolist() for name, ids in known_unused(entries, rows, [7, 3, 7]).by_group.items()} == {
        NAMED: [3, 7]
    }
    with pytest.raises(UserError, match="no row 3072"):
        known_unused(entries, rows, [3072])


def test_what_is_invisible_in_a_candidate_is_named() -> None:
    """A line break and a control character were an empty cell and a box."""
    asked = [TokenAsked(n, piece.hex(), 0.5, ()) for n, piece in enumerate((b" a", b"\n", b"\x01", b"=1"))]
    assert candidates_table(asked)["Token"].tolist() == [piece_shown(b" a"), "⏎", piece_shown(b"\x01"), "'=1"]
    assert piece_shown(b"\x01").isprintable()


def test_prompts_show_a_token_as_often_as_published() -> None:
    model = open_model("shipped:tiny-english", device="cpu")
    entries = entries_of(model.tokenizer)
    made = gapped(model, entries, np.flatnonzero(entries.textual))
    assert [prompt.times for prompt in made] == [prompt.times for prompt in PROMPTS]
    assert [len(prompt.gaps) for prompt in made] == [41, 1, 101]
    assert model.max_tokens is not None
    assert all(len(prompt.ids) <= model.max_tokens - 3 for prompt in made)
    assert (made[0].filled(7)[made[0].gaps] == 7).all()


def test_a_model_that_says_nothing_is_said_to_verify_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through the command, with all that it prints."""
    monkeypatch.setattr(find, "N_CONTROLS", 8)
    assert (
        main(["under_trained", "--model", "shipped:tiny-english", "--share", "0.002", "--device", "cpu", "--json"]) == 0
    )
    said = json.loads(capsys.readouterr().out)
    assert said["indicator"] == NORM
    assert said["unused"] == {BYTES: 13}
    assert said["controls"]["asked"] == 8
    assert 2 * said["controls"]["said"] < 8
    assert "go by its row" in said["notes"][0]
    values = [one["indicator"] for one in said["candidates"]]
    assert values == sorted(values)
    assert said["candidates"][0]["text"] == "ween"
    assert values[-1] <= said["threshold"]


def test_as_many_candidates_are_asked_for_as_was_wished(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find, "N_CONTROLS", 1)
    asked = ["under_trained", "--model", "shipped:tiny-english", "--share", "0.002", "--device", "cpu", "--json"]
    assert main([*asked, "--most", "1"]) == 0
    said = json.loads(capsys.readouterr().out)
    first, *others = said["candidates"]
    assert others and first["grade"] != "not asked for"
    assert {(one["grade"], one["probability"], one["verified"]) for one in others} == {("not asked for", None, False)}
    assert any("only the 1 whose rows" in note for note in said["notes"])
    assert main([*asked, "--most", "0"]) == 2
    assert "Name 1 or more" in capsys.readouterr().err


def test_a_share_out_of_range_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["under_trained", "--model", "shipped:tiny-english", "--share", "2"]) == 2
    assert "over 0, at most 1" in capsys.readouterr().err


def test_the_job_gives_what_the_call_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "N_CONTROLS", 1)
    params = params_of("shipped:tiny-english", 0.002)
    found = restored(UnderTrained, computed(JOB, params))
    assert [token.id for token in found.candidates][:2] == [1068, 219]
    assert memory(params) == 2048


def test_a_changed_folder_is_another_job(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    before = params_of(f"file:{tmp_path}", 0.02)
    (tmp_path / "model.safetensors").write_bytes(bytes(2**21))
    after = params_of(f"file:{tmp_path}", 0.02)
    assert before != after
    assert memory(after) > memory(before)
