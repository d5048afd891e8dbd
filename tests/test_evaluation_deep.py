"""What must be true of the measures that take passes of their own."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.common.errors import UserError
from core.evaluation.base import EVALUATORS, Subject
from core.evaluation.passes.byte_marginals import byte_marginals, byte_table
from core.evaluation.passes.byte_windows import next_tokens, window
from core.evaluation.passes.geometry import isotropy, neighbours
from core.evaluation.passes.resegmented import Resegmented
from core.evaluation.passes.tuning import RANK, Phase, tunable, tune
from core.evaluation.results import Measures
from core.jobs.result_codec import stored
from core.models.generation import Continuation, continuations
from core.models.score import score
from core.text.schedule import schedule
from core.transplants.base import Method
from core.transplants.rows import RowOrigin, made
from tests.lab import byte_bpe, lab, llama, texts
from tests.lm_eval_tasks import write_task
from tests.tiny_models import opened

QUICK_RECOVERY = {
    "steps": 6, "then_steps": 2, "seeds": 2, "points": 2, "batch_bytes": 400, "bytes": 600, "passes": 8,
}  # fmt: skip


@pytest.fixture(scope="module")
def subject() -> Subject:
    return lab(original=llama(byte_bpe(300), scale=0.3), donor=llama(byte_bpe(360, "both"), 5, scale=0.3))


@pytest.fixture(scope="module")
def same() -> Subject:
    return lab(original=llama(byte_bpe(300), scale=0.3), new=byte_bpe(300))


def value(measures: Measures, key: str) -> float:
    return measures.numbers[key].value


def test_next_tokens_are_those_of_the_bare_model(subject: Subject) -> None:
    model = subject.model
    contexts = [(), (5,), tuple(range(40, 60)), (7, 8)]
    found = next_tokens(model)(contexts)
    for row, context in zip(found, contexts, strict=True):
        with torch.no_grad():
            logits = model.module(torch.tensor([[model.bos, *context]])).logits[0, -1].double()
        assert row == pytest.approx(logits.log_softmax(0).numpy(), abs=1e-5)


def test_canonical_is_at_most_marginal_on_real_models(subject: Subject) -> None:
    for model in (subject.model, subject.original):
        ask, table = next_tokens(model), byte_table(model.tokenizer, model.n_rows)
        for text in ("the cat s", "für d", "5 mats"):
            one = window(model.tokenizer, 0, text)
            assert one is not None
            token_nats = score(model, [text]).total_nats
            strict = byte_marginals([one.data], table, ask, [one.canonical])[0]
            every = byte_marginals([one.data], table, ask)[0]
            assert strict.complete[one.ids] == pytest.approx(-token_nats, rel=1e-5)
            assert strict.complete[one.ids] <= strict.mass[-1] + 1e-12 <= -strict.nats(one.data).sum() + 2e-12
            assert every.complete[one.ids] <= every.log_complete + 1e-12 <= every.mass[-1] + 2e-12
            assert strict.mass[-1] <= every.mass[-1] + 1e-4  # float32 rounds by what else is in the batch
            assert every.nats(one.data).sum() == pytest.approx(-every.mass[-1], abs=1e-9)
            assert strict.n_calls <= len(one.data) + 1


def test_the_canonical_chain_is_what_the_tokenizer_writes() -> None:
    tokenizer = byte_bpe(360, "both")
    one = window(tokenizer, 0, "die Katze saß auf 12")
    assert one is not None and one.n_front == 0
    for end in range(1, len(one.data) + 1):
        try:
            text = one.data[:end].decode()
        except UnicodeDecodeError:
            continue
        assert one.canonical(one.data[:end]) == tuple(tokenizer.segment(text).ids.tolist())


def test_exact_bytes_of_the_same_tokenizer_are_the_originals(same: Subject) -> None:
    found = EVALUATORS.get("exact_bytes").measure(same, {"windows": 4, "bytes": 12, "all_bytes": 4})
    assert value(found, "exact_bits_lost") == 0.0 and value(found, "exact_kl") == 0.0
    assert 0 < value(found, "canonical_mass") <= 1
    assert found.facts["n_calls"] <= 4 * 12


def test_slack_is_never_negative_and_that_of_brute_force(subject: Subject) -> None:
    found = EVALUATORS.get("segmentation_slack").measure(subject, {"windows": 12, "bytes": 6})
    table = found.tables["model"]
    assert (table.numbers("log_all") >= table.numbers("log_canonical") - 1e-12).all()
    assert value(found, "slack") > 0
    without = EVALUATORS.get("segmentation_slack").measure(subject, {"windows": 12, "bytes": 1, "context_bytes": 0})
    assert value(without, "slack") == pytest.approx(0.0, abs=1e-12)  # one byte is written in one way


def test_resegmented_text_is_the_same_text_cut_elsewhere() -> None:
    own, other = byte_bpe(300), byte_bpe(360, "both")
    text = "die Katze saß auf der Matte"
    cut = Resegmented(own, other, [text]).segment(text)
    assert cut.lossless and set(other.segment(text).cuts) <= set(cut.cuts)
    assert b"".join(own.vocabulary.pieces[i] for i in cut.ids) == text.encode()  # type: ignore[union-attr]
    with pytest.raises(UserError, match="no tokens that spell"):
        Resegmented(_without_bytes(own), other, [text])


def _without_bytes(tokenizer):  # type: ignore[no-untyped-def]
    class Poor(type(tokenizer)):  # type: ignore[misc]
        pass

    poor = object.__new__(Poor)
    poor.__dict__.update(tokenizer.__dict__)
    pieces = [b"" if len(piece) == 1 else piece for piece in tokenizer.vocabulary.pieces]
    poor.vocabulary = replace(tokenizer.vocabulary, pieces=pieces)
    return poor


def test_hidden_states_of_the_same_tokenizer_are_equal(same: Subject) -> None:
    layers = EVALUATORS.get("hidden_states").measure(same).tables["layers"]
    assert (layers.numbers("cosine") == 1.0).all() and layers.numbers("cka") == pytest.approx(1.0, abs=1e-12)
    assert len(layers) == 3


def test_swaps_of_the_same_tokenizer_change_nothing(same: Subject) -> None:
    sides = EVALUATORS.get("swap").measure(same).tables["sides"]
    assert (sides.numbers("kl") == 0.0).all() and (sides.numbers("top_1_agreement") == 1.0).all()


def test_a_swap_of_both_is_the_agreement_of_the_models(subject: Subject) -> None:
    swapped = EVALUATORS.get("swap").measure(subject)
    agreement = EVALUATORS.get("next_byte_agreement").measure(subject)
    assert swapped.facts["n_places"] == agreement.facts["n_places"]
    assert value(swapped, "kl_both") == pytest.approx(value(agreement, "kl"), rel=1e-4)


def test_damage_on_one_side_shows_on_that_side(same: Subject) -> None:
    rows = same.original.matrices()
    assert rows.output is not None
    noise = torch.randn(rows.output.shape, generator=torch.Generator().manual_seed(0))
    for side in ("input", "output"):
        hurt = replace(rows, **{side: getattr(rows, side) + noise})
        model = same.original.with_matrices(hurt, same.original.tokenizer, same.original.special_ids)
        found = EVALUATORS.get("swap").measure(Subject(model, same.reference))
        one, other = ("kl_input_only", "kl_output_only") if side == "input" else ("kl_output_only", "kl_input_only")
        assert value(found, one) > 0.01 and value(found, other) == 0.0
        layers = EVALUATORS.get("hidden_states").measure(Subject(model, same.reference)).tables["layers"]
        assert (layers.numbers("cosine") == 1.0).all() == (side == "output")


def test_a_method_that_knows_the_truth_loses_nothing(subject: Subject) -> None:
    problem = subject.problem
    assert problem is not None

    def true_rows(side, params):  # type: ignore[no-untyped-def]
        old = torch.from_numpy(side.problem.match.old_by_new)[side.wanted]
        return made(side, side.matrix[old.clamp(min=0)], RowOrigin.COMPOSED)

    oracle = Method(key="oracle", label="Oracle", definition="Knows.", source="", make=true_rows)
    found = EVALUATORS.get("held_out_anchors").measure(
        replace(subject, method=oracle, transplanted=None), {"share": 0.5}
    )
    assert value(found, "bits_lost") == 0.0
    for side in ("input", "output"):
        assert value(found, f"{side}_cosine") == pytest.approx(1.0) and value(found, f"{side}_norm_ratio") == 1.0
        assert value(found, f"{side}_neighbour_overlap") == 1.0
    mean = EVALUATORS.get("held_out_anchors").measure(subject, {"share": 0.5})
    assert value(mean, "bits_lost") != 0.0 and value(mean, "input_cosine") < 0.9


def test_held_out_rows_touch_no_other_row(subject: Subject) -> None:
    before = {k: v.clone() for k, v in subject.original.module.state_dict().items()}
    found = EVALUATORS.get("held_out_anchors").measure(subject, {"share": 0.3})
    assert all(torch.equal(v, before[k]) for k, v in subject.original.module.state_dict().items())
    assert found.facts["n_hidden"] == round(0.3 * found.facts["n_shared"])
    assert found.tables["working"].words("side") == ("input", "output", "both")


def test_embeddings_of_the_donor_itself_keep_every_neighbour(subject: Subject) -> None:
    donor = subject.reference.donor
    assert donor is not None
    found = EVALUATORS.get("embeddings").measure(replace(subject, model=donor, transplanted=None))
    assert value(found, "input_neighbour_jaccard") == value(found, "output_neighbour_jaccard") == 1.0
    norms = found.tables["input_norms"]
    assert norms.numbers("shared").sum() + norms.numbers("new").sum() == donor.n_rows - 1  # all but the end token


def test_geometry_of_known_rows() -> None:
    ball = torch.randn(4_000, 16, generator=torch.Generator().manual_seed(0))
    assert isotropy(ball).effective_rank == pytest.approx(16, rel=0.02)
    assert isotropy(ball).mean_cosine == pytest.approx(0.0, abs=0.01)
    assert isotropy(ball + 10).mean_cosine > 0.95
    assert isotropy(ball[:, :1] * torch.ones(1, 16)).effective_rank == pytest.approx(1.0, abs=1e-6)
    near = neighbours(ball, ball[:5], 3, torch.arange(5))
    cosines = torch.nn.functional.cosine_similarity(ball[:5, None], ball[None], dim=2)
    cosines[torch.arange(5), torch.arange(5)] = -2
    assert torch.equal(near, cosines.topk(3, dim=1).indices)


@pytest.mark.parametrize("tied", [False, True])
def test_training_new_rows_leaves_the_others_bit_for_bit(tied: bool) -> None:
    one = lab(original=llama(byte_bpe(300), tied=tied, scale=0.3), new=byte_bpe(360, "both"))
    model = tunable(one.model)
    before = {k: v.clone() for k, v in model.module.state_dict().items()}
    batches = schedule([t.text for t in texts()], 5, 300, 1024, 0)
    tune(model, one.groups, Phase("new rows", 5, 0.01), batches, 0, lambda step: None)
    new = torch.from_numpy(one.groups == 1)
    for name, values in model.module.state_dict().items():
        if "embed_tokens" in name or "lm_head" in name:
            assert torch.equal(values[~new], before[name][~new])
            assert not torch.equal(values[new], before[name][new])
        else:
            assert torch.equal(values, before[name])
    assert all(torch.equal(v, before[k]) for k, v in one.model.module.state_dict().items())


def test_recovery_reduces_the_loss_and_changes_no_model(subject: Subject) -> None:
    before = {k: v.clone() for k, v in subject.model.module.state_dict().items()}
    for trains in ("new rows", "embeddings"):
        found = EVALUATORS.get("recovery").measure(subject, {**QUICK_RECOVERY, "trains": trains})
        curve = found.tables["curve"]
        for seed in (0, 1):
            rows = np.flatnonzero(curve.numbers("seed") == seed)
            bits = curve.numbers("bits_per_byte")[rows]
            assert bits[-1] < bits[0]
            assert (curve.numbers("bytes_seen")[rows] // 397 >= curve.numbers("step")[rows]).all()
            assert (curve.numbers("bytes_seen")[rows] <= 400 * curve.numbers("step")[rows]).all()
        assert set(curve.words("trained")) == {"nothing", trains, "everything"}
    assert all(torch.equal(v, before[k]) for k, v in subject.model.module.state_dict().items())
    assert not any(p.grad is not None for p in subject.model.module.parameters())


def test_adapters_train_small_changes_of_all_layers_and_leave_a_plain_model(subject: Subject) -> None:
    found = EVALUATORS.get("recovery").measure(subject, {**QUICK_RECOVERY, "then_trains": "adapters", "seeds": 1})
    assert set(found.tables["curve"].words("trained")) == {"nothing", "embeddings", "adapters"}
    model, bits = tunable(subject.model), []
    before = {k: v.clone() for k, v in model.module.state_dict().items()}
    phase = Phase("adapters", 4, 0.01)
    tune(model, subject.groups, phase, schedule([t.text for t in texts()], 4, 400, 1024, 0), 0, bits.append)
    after = model.module.state_dict()
    assert bits == [1, 2, 3, 4] and list(after) == list(before)
    for name, weight in after.items():
        if "proj" in name:
            assert 1 <= np.linalg.matrix_rank((weight - before[name]).numpy(), tol=1e-4) <= RANK
        elif "norm" in name:
            assert torch.equal(weight, before[name])


def test_recovery_repeats_and_starts_at_the_bits_of_the_model(subject: Subject) -> None:
    settings = {**QUICK_RECOVERY, "seeds": 1, "bytes": 100_000, "passes": 100}
    once, again = (EVALUATORS.get("recovery").measure(subject, settings) for _ in range(2))
    assert np.array_equal(once.tables["curve"].numbers("bits_per_byte"), again.tables["curve"].numbers("bits_per_byte"))
    others = tuple(replace(text, text=f"{text.text}, again") for text in texts()[:4])
    held = replace(subject, reference=replace(subject.reference, training=others))
    start = EVALUATORS.get("recovery").measure(held, settings).tables["curve"].numbers("bits_per_byte")[0]
    assert start == pytest.approx(value(EVALUATORS.get("bits_per_byte").measure(held), "bits_per_byte"), rel=1e-6)


def test_samples_repeat_and_are_greedy_where_they_say(subject: Subject) -> None:
    model = subject.model
    once, again = (continuations(model, "the cat", [3, 4], 40) for _ in range(2))
    assert once == again and len({s.data for s in once}) == 3
    ids = [model.bos, *model.tokenizer.segment("the cat").ids.tolist()]
    written, pieces = b"", model.tokenizer.vocabulary.pieces  # type: ignore[union-attr]
    while len(written) < 40:
        with torch.no_grad():
            token = int(model.module(torch.tensor([ids])).logits[0, -1].argmax())
        ids.append(token)
        written += pieces[token]
    assert once[0].data == written and once[0].n_tokens == len(ids) - 1 - len(model.tokenizer.segment("the cat").ids)


def test_samples_are_valid_or_not() -> None:
    assert Continuation("né".encode(), 3, True).valid and Continuation(b"n\xc3", 3, False).valid
    assert not Continuation(b"n\xc3", 3, True).valid and not Continuation(b"\xa9n", 3, False).valid


@pytest.mark.parametrize("name", ["gpt2-tied", "phi-head-bias", "opt-narrow-embedding", "gemma2-soft-caps"])
def test_other_architectures_are_measured_too(name: str, tmp_path) -> None:  # type: ignore[no-untyped-def]
    one = lab(original=opened(tmp_path, name), new=byte_bpe(340, "both"), window_bytes=100)
    for key in ("bits_per_byte", "next_byte_agreement", "held_out_anchors", "hidden_states", "swap", "samples"):
        found = EVALUATORS.get(key).measure(one)
        assert any(np.isfinite(number.value) for number in found.numbers.values()), key
    found = EVALUATORS.get("recovery").measure(one, {**QUICK_RECOVERY, "seeds": 1})
    assert value(found, "bits_per_byte_after") < found.tables["curve"].numbers("bits_per_byte")[0]


@pytest.mark.parametrize("key", [e.key for e in EVALUATORS.all().values() if not (e.quick or e.absent)])
def test_every_number_that_is_declared_is_given(subject: Subject, key: str, tmp_path: Path) -> None:
    settings = {
        "recovery": QUICK_RECOVERY,
        "alm_recovery": QUICK_RECOVERY,
        "lm_eval": {"folder": str(write_task(tmp_path / "own"))},
    }
    found = EVALUATORS.get(key).measure(subject, settings.get(key, {}))
    assert set(found.numbers) == {d.key for d in EVALUATORS.get(key).numbers}
    for number in found.numbers.values():
        assert np.isfinite(number.value) or number.reason
    assert stored(found).facts


@pytest.mark.parametrize(
    "key", ["bits_per_byte", "mass_audit", "loss_by_class", "perplexity_ratio", "head_calibration"]
)
def test_the_quick_ones_give_what_they_declare(subject: Subject, key: str) -> None:
    assert set(EVALUATORS.get(key).measure(subject).numbers) == {d.key for d in EVALUATORS.get(key).numbers}


def test_wrong_parameters_are_refused(subject: Subject) -> None:
    with pytest.raises(UserError, match="windows cannot be 0"):
        EVALUATORS.get("exact_bytes").measure(subject, {"windows": 0})
    with pytest.raises(UserError, match="no parameter of samples"):
        EVALUATORS.get("samples").measure(subject, {"promts": 2})


def test_the_quick_ones_make_one_pass_of_each_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the original once for all methods; of it again only the small sample for the floor."""
    from core.evaluation.passes import reading

    passes: list[tuple[str, int]] = []
    true_score: Callable[..., object] = score

    def counted(model, given, **options):  # type: ignore[no-untyped-def]
        passes.append((model.name, sum(map(len, given))))
        return true_score(model, given, **options)

    monkeypatch.setattr(reading, "score", counted)
    first = lab(original=llama(byte_bpe(300)))
    second = lab("mean", original=first.original)
    second = replace(second, reference=first.reference)
    for one in (first, second):
        for each in EVALUATORS.all().values():
            if each.quick:
                each.measure(one)
    whole = sum(len(t.text) for t in first.reference.texts)
    assert [n for name, n in passes if name != "lab"] == [whole, whole]
    assert [n for name, n in passes if name == "lab"] == [
        whole,
        whole,
    ]  # its own, and the floor of both, all of it here
