"""New matrices for a new tokenizer: what is true of every method."""

from dataclasses import replace

import pytest
import torch

from core.common.errors import UnknownName, UserError
from core.models.language_model import LanguageModel
from core.models.matrices import Matrices
from core.transplants.base import METHODS, Method, transplant
from core.transplants.linear.rotary import RotaryShape
from core.transplants.linear.word_vectors import WordVectors
from core.transplants.needs import ANCHORS
from core.transplants.problem import Problem, ProblemSide
from core.transplants.resources import Resources
from core.transplants.rows import RowOrigin, made
from tests.hypernetworks import hypernetwork
from tests.lab import byte_bpe, llama
from tests.lexicons import lexicon, random_matrices

OLD = lexicon([b"the", b" the", b"cat", b" cat", b"ing", b" mat"])
NEW = lexicon([b" the", b" cats", b"cat", b"\xe4\xbd", b"mat", b" mats", b"the cat"], ("<|end|>", "<pad>", "<tool>"))
D = 8
ALL = sorted(METHODS.all())


def problem(tied: bool = False, bias: bool = False, padding: int = 2, seed: int = 0) -> Problem:
    """Old and new tokenizers with matrices, and every resource there is."""
    n_new = len(NEW.vocabulary)
    draw = torch.Generator().manual_seed(seed)
    words = ["the", "cat", "cats", "mat", "mats"]
    return Problem(
        OLD,
        NEW,
        random_matrices(len(OLD.vocabulary) + padding, D, seed, tied, bias),
        random_matrices(n_new, D + 2, seed + 1, tied),
        Resources(
            target_text=["the cats on the mats", "the cat on the mat", "mats"] * 5,
            old_vectors=WordVectors(words, torch.randn(5, 4, generator=draw)),
            new_vectors=WordVectors(words, torch.randn(5, 4, generator=draw)),
            dictionary=[(w, w) for w in words],
            parallel=[("the cats", "the cats"), ("the mats", "the mats"), ("cat", "cat")] * 5,
            rotary=(RotaryShape(2, 10_000.0), RotaryShape(1, 10_000.0)),
            hypernetwork=hypernetwork(D, len(OLD.vocabulary), both=not tied),
            model=body(tied, bias, len(OLD.vocabulary) + padding),
        ),
    )


def body(tied: bool, bias: bool, n_rows: int) -> LanguageModel:
    """A model of this kind, for methods that read text with it."""
    found = llama(OLD, width=D, layers=1, tied=tied, n_rows=n_rows)
    if bias:
        found.module.lm_head.bias = torch.nn.Parameter(torch.randn(n_rows))
    return found


@pytest.mark.parametrize("key", ALL)
@pytest.mark.parametrize(("tied", "bias"), [(False, False), (True, False), (False, True), (True, True)])
def test_every_row_is_usable_and_accounted_for(key: str, tied: bool, bias: bool) -> None:
    at_hand = METHODS.get(key).posed(problem(tied, bias))
    found = transplant(at_hand, METHODS.get(key))
    n_rows, tied = len(NEW.vocabulary) + 2, at_hand.tied
    assert found.matrices.tied == tied
    assert (found.matrices.bias is not None) == bias
    for name, side in at_hand.sides.items():
        rows = found.matrices.input if name == "input" else found.matrices.head
        assert rows.shape == (n_rows, D)
        assert torch.isfinite(rows).all()
        assert key == "zero" or (rows != 0).any(1).all()
        old = side.old_ids
        kept = old >= 0
        base = at_hand.base.input if name == "input" else at_hand.base.head
        assert torch.equal(rows[kept], base[old[kept]])
        assert torch.equal(found.provenance[name] == RowOrigin.COPIED, kept)
        one, fallback = found.rows[name], found.provenance[name][found.wanted[name]] == RowOrigin.FALLBACK
        assert sum(one.n_by_reason.values()) == int(fallback.sum())
        if one.residual is not None:
            assert torch.equal(torch.isnan(one.residual), fallback)
    if bias:
        assert found.matrices.bias is not None and found.matrices.bias.shape == (n_rows,)
        old = at_hand.sides["input" if tied else "output"].old_ids
        kept = old >= 0
        assert torch.equal(found.matrices.bias[kept], at_hand.base.bias[old[kept]])
        if key == "mean":
            usable = at_hand.sides["input"].usable_old
            assert torch.allclose(found.matrices.bias[found.wanted["input"]], at_hand.base.bias[usable].mean())


@pytest.mark.parametrize("key", ALL)
def test_the_same_seed_gives_the_same_bits(key: str) -> None:
    first, again = (transplant(problem(), METHODS.get(key), seed=3).matrices for _ in range(2))
    assert torch.equal(first.input, again.input)
    assert torch.equal(first.head, again.head)


@pytest.mark.parametrize("key", ALL)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_same_tokenizer_gives_the_same_matrices(key: str, dtype: torch.dtype) -> None:
    drawn = problem(bias=True)
    assert drawn.base.output is not None and drawn.base.bias is not None
    base = Matrices(drawn.base.input.to(dtype), drawn.base.output.to(dtype), drawn.base.bias.to(dtype))
    donor = random_matrices(len(OLD.vocabulary), D, 5)
    same = transplant(replace(drawn, new=OLD, base=base, donor=donor), METHODS.get(key)).matrices
    assert same.input.dtype == dtype
    for new, old in ((same.input, base.input), (same.output, base.output), (same.bias, base.bias)):
        assert new is not None and torch.equal(new, old)


def test_a_permuted_vocabulary_permutes_the_rows() -> None:
    order = torch.randperm(len(OLD.vocabulary), generator=torch.Generator().manual_seed(0)).tolist()
    new = lexicon([b"the", b" the", b"cat", b" cat", b"ing", b" mat"], order=order)
    base = random_matrices(len(OLD.vocabulary), D, 0)
    found = transplant(Problem(OLD, new, base), METHODS.get("mean")).matrices
    assert torch.equal(found.input, base.input[order])
    assert torch.equal(found.head, base.head[order])


@pytest.mark.parametrize("key", [key for key in ALL if key != "zero"])
def test_there_and_back_restores_every_row(key: str) -> None:
    larger = lexicon([b" mat", b"ing", b"xyz", b" cat", b"cat", b" the", b"the", b"mats"], ("</s>", "<s>", "<pad>"))
    at_hand = problem(bias=True)
    there = replace(at_hand, new=larger, donor=random_matrices(len(larger.vocabulary), D, 3))
    moved = transplant(there, METHODS.get(key))
    back = transplant(Problem(larger, OLD, moved.matrices), METHODS.get("mean")).matrices
    for new, old in (
        (back.input, at_hand.base.input),
        (back.output, at_hand.base.output),
        (back.bias, at_hand.base.bias),
    ):
        assert new is not None and old is not None and torch.equal(new, old)


def test_special_tokens_without_a_counterpart_are_quiet() -> None:
    at_hand = problem()
    found = transplant(at_hand, METHODS.get("mean"))
    quiet = at_hand.base.input[-2:].mean(0)  # the padding rows
    assert torch.allclose(found.matrices.input[1], quiet)  # <pad>
    assert torch.allclose(found.matrices.input[2], quiet)  # <tool>
    assert torch.equal(found.matrices.input[0], at_hand.base.input[0])  # read as <s>
    assert torch.equal(found.matrices.head[0], at_hand.base.head[1])  # predicted as </s>
    assert any("2 input rows of special or unused" in remark for remark in found.remarks)


def test_subword_means_by_hand() -> None:
    at_hand = problem()
    found = transplant(at_hand, METHODS.get("subword_mean"))
    vocabulary = OLD.vocabulary.id_by_bytes
    cats = NEW.vocabulary.id_by_bytes[b" cats"]
    expected = at_hand.base.input[[vocabulary[b" cat"], vocabulary[b"s"]]].mean(0)
    assert torch.allclose(found.matrices.input[cats], expected)
    weighted = transplant(at_hand, METHODS.get("weighted_pieces")).matrices
    assert torch.equal(weighted.input[cats], at_hand.base.input[vocabulary[b"s"]])
    first, last = at_hand.base.head[vocabulary[b" cat"]], at_hand.base.head[vocabulary[b"s"]]
    assert torch.allclose(weighted.head[cats], (first + last / 2) / 1.5)


def test_a_normal_fit_has_the_moments_of_the_rows() -> None:
    new = lexicon([n.to_bytes(2, "big") + b"?" for n in range(20_000)])
    shape = torch.randn(4, 4, generator=torch.Generator().manual_seed(1))
    base = Matrices(random_matrices(len(OLD.vocabulary), 4, 0).input @ shape + 3)
    for kind in ("full", "diagonal"):
        at_hand = Problem(OLD, new, base)
        rows = transplant(at_hand, METHODS.get("normal"), {"covariance": kind}).matrices.input[258:]
        usable = base.input[at_hand.sides["input"].usable_old]
        truth = torch.cov(usable.T) if kind == "full" else torch.diag(usable.var(0))
        assert torch.allclose(rows.mean(0), usable.mean(0), atol=0.05 * float(truth.diagonal().max()))
        assert torch.allclose(torch.cov(rows.T), truth, atol=0.05 * float(truth.diagonal().max()))


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 0.0])
@pytest.mark.parametrize("key", ALL)
def test_broken_rows_are_reported_and_spread_nowhere(key: str, bad: float) -> None:
    at_hand = problem()
    vocabulary = OLD.vocabulary.id_by_bytes
    at_hand.base.input[vocabulary[b" cat"]] = bad
    at_hand.base.head[vocabulary[b" the"]] = bad
    at_hand.donor.input[NEW.vocabulary.id_by_bytes[b" cats"]] = bad
    at_hand.donor.head[NEW.vocabulary.id_by_bytes[b"cat"]] = bad
    found = transplant(at_hand, METHODS.get(key))
    assert torch.isfinite(found.matrices.input).all()
    assert torch.isfinite(found.matrices.head).all()
    assert any("row of the model" in remark for remark in found.remarks)
    assert any("in the donor" in remark for remark in found.remarks)


def test_matrices_of_another_tokenizer_are_refused() -> None:
    with pytest.raises(UserError, match=r"The model has 200 rows, but its tokenizer lexicon has 264 tokens"):
        Problem(OLD, NEW, random_matrices(200, D, 0))
    with pytest.raises(UserError, match="The donor has 100 rows"):
        Problem(OLD, NEW, random_matrices(264, D, 0), random_matrices(100, D, 0))
    with pytest.raises(UserError, match="input rows and"):
        Problem(OLD, NEW, Matrices(torch.ones(264, D), torch.ones(263, D)))
    with pytest.raises(UserError, match="damaged"):
        transplant(Problem(OLD, NEW, Matrices(torch.full((264, D), float("nan")))), METHODS.get("mean"))


def test_a_few_tokens_without_rows_are_survived() -> None:
    n_old, n_new = len(OLD.vocabulary), len(NEW.vocabulary)
    at_hand = Problem(OLD, NEW, random_matrices(n_old - 1, D, 0), random_matrices(n_new - 2, D, 1))
    for key in ("subword_mean", "mean"):
        found = transplant(at_hand, METHODS.get(key))
        assert found.matrices.n_rows == n_new
        assert any("no row for the last token of" in remark for remark in found.remarks)


def test_an_overflow_in_half_precision_falls_back() -> None:
    def huge(side: ProblemSide, params: object) -> object:
        values = torch.ones(len(side.wanted), D)
        values[0] = 1e6
        return made(side, values, RowOrigin.SOLVED)

    half = Matrices(random_matrices(len(OLD.vocabulary), D, 0).input.half())
    found = transplant(Problem(OLD, NEW, half), Method(key="huge", label="Huge", definition="", source="", make=huge))
    assert found.rows["input"].n_by_reason == {"its numbers overflow or are undefined": 1}
    assert torch.isfinite(found.matrices.input).all()


def test_what_is_missing_is_said() -> None:
    bare = Problem(OLD, NEW, random_matrices(264, D, 0))
    for one in METHODS.all().values():
        reason = one.unavailable(bare)
        assert (reason is None) == (not set(one.needs) - {ANCHORS}), one.key
        if reason:
            with pytest.raises(UserError, match="cannot be used here"):
                transplant(bare, one)


def test_parameters_are_checked() -> None:
    weighted = METHODS.get("weighted_pieces")
    assert weighted.read({"output_decay": "0.25"}).number("output_decay") == 0.25
    for bad, words in (
        ({"output_decay": 2}, "from 0 to 1"),
        ({"output_decay": "x"}, "a number"),
        ({"k": 1}, "no parameter"),
    ):
        with pytest.raises(UserError, match=words):
            weighted.read(bad)
    with pytest.raises(UnknownName, match="full"):
        METHODS.get("normal").read({"covariance": "ful"})
    with pytest.raises(UnknownName, match="mean"):
        METHODS.get("meen")


def test_hidden_tokens_are_made_without_their_own_row() -> None:
    at_hand = problem()
    token = NEW.vocabulary.id_by_bytes[b"cat"]
    hidden = at_hand.without([token])
    assert token in hidden.sides["input"].wanted and token not in at_hand.sides["input"].wanted
    spelled = hidden.sides["input"].spellings[hidden.sides["input"].wanted.tolist().index(token)]
    assert len(spelled) == 3  # c, a, t: not itself
    assert token not in hidden.sides["input"].anchors.new
    assert hidden.match is at_hand.match  # and not worked out again
    poisoned = at_hand.base.input.clone()
    poisoned[OLD.vocabulary.id_by_bytes[b"cat"]] = 1e9
    for key in ALL:
        rows = [
            transplant(replace(hidden, base=Matrices(source, at_hand.base.output)), METHODS.get(key)).matrices.input[
                token
            ]
            for source in (at_hand.base.input, poisoned)
        ]
        assert torch.allclose(*rows), key


def test_one_of_a_kind_is_said_as_one() -> None:
    """It said "1 input rows of the model hold NaN"."""
    base, donor = llama(byte_bpe(300)), llama(byte_bpe(360, "both"), 2)
    with torch.no_grad():
        for rows in (base.matrices().input, base.matrices().output):
            assert rows is not None
            rows[7], rows[8] = torch.nan, 0.0
        donor.matrices().input[350] = 0.0
    problem = Problem(base.tokenizer, donor.tokenizer, base.matrices(), donor.matrices(), old_roles=base.special_ids)
    said = transplant(problem, METHODS.get("ridge")).remarks
    assert "1 input row of the model holds NaN or infinity; not copied, not used." in said
    assert "1 output row of the model is zero; copied, but used for nothing else." in said
    assert "1 new token has no usable input row in the donor: missing, zero or NaN." in said
    assert any(each.startswith("1 input row is the mean row, since") for each in said)
