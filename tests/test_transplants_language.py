"""Methods that go by text, vectors, dictionaries and parallel sentences."""

from dataclasses import replace
from math import exp
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.common.errors import UnreadableFile, UserError
from core.lab.lexicons import read_dictionary, read_vectors
from core.models.matrices import Matrices
from core.text.words_of_text import words_of
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.tokenizer import LocalTokenizer
from core.transplants.base import METHODS, transplant
from core.transplants.linear.cooccurrence import token_vectors
from core.transplants.linear.nearest import nearest
from core.transplants.linear.sparsemax import sparsemax
from core.transplants.linear.spelling_vectors import by_spelling
from core.transplants.linear.word_alignment import align
from core.transplants.linear.word_vectors import WordVectors, vectors_from_text
from core.transplants.problem import Problem
from core.transplants.resources import Resources
from core.transplants.rows import RowOrigin
from tests.datafolder import TOKENIZERS, flores, needs_data
from tests.lab import byte_bpe
from tests.lexicons import lexicon, random_matrices

D = 8


def _row(tokenizer: LocalTokenizer, piece: bytes) -> int:
    return tokenizer.vocabulary.id_by_bytes[piece]


def test_sparsemax_by_hand() -> None:
    # Both are inside: the threshold is (0.5 + 0.2 - 1) / 2 = -0.15.
    assert sparsemax(torch.tensor([0.5, 0.2, -0.6])).tolist() == pytest.approx([0.65, 0.35, 0.0])
    assert sparsemax(torch.tensor([3.0, 1.0, 0.0])).tolist() == [1, 0, 0]
    assert sparsemax(torch.tensor([0.2, 0.2])).tolist() == [0.5, 0.5]


@given(st.lists(st.floats(-3, 3), min_size=1, max_size=30))
def test_sparsemax_is_the_nearest_point_of_the_simplex(values: list[float]) -> None:
    at = torch.tensor(values, dtype=torch.float64)
    found = sparsemax(at)
    assert float(found.sum()) == pytest.approx(1)
    assert (found >= 0).all()
    slope = found - at  # of the distance: equal where the weight is positive, no smaller where it is zero
    inside = found > 0
    assert float(slope[inside].max() - slope[inside].min()) < 1e-9
    assert (slope >= slope[inside].max() - 1e-9).all()


def test_tokens_in_the_same_company_have_similar_vectors() -> None:
    draw = np.random.default_rng(0)
    fillers = [draw.integers(10, 40, 6) for _ in range(600)]  # 0 and 1 with even words, 2 with odd ones
    texts = [np.array([*(f // 2 * 2 + (token == 2)), token]).astype(np.int32) for f in fillers for token in (0, 1, 2)]
    vectors = token_vectors(texts, 50, width=16, min_count=5)
    alike, unlike = (float(torch.cosine_similarity(vectors[0], vectors[i], dim=0)) for i in (1, 2))
    assert alike > 0.9
    assert unlike < 0.2
    assert torch.isnan(vectors[45]).all()  # never seen
    assert torch.equal(vectors[:3], token_vectors(texts, 50, width=16, min_count=5)[:3])


def test_company_ends_with_the_text() -> None:
    apart = token_vectors([np.array([0, 1], np.int32), np.array([2, 3], np.int32)] * 20, 4, width=4, min_count=1)
    assert float(torch.cosine_similarity(apart[0], apart[2], dim=0)) < 0.1


def test_nearest_by_both_measures() -> None:
    rows = torch.tensor([[1.0, 0.0], [10.0, 1.0], [0.0, 1.0]])
    target = torch.tensor([[0.9, 0.09]])
    assert nearest(target, rows, 2, 1)[0].tolist() == [[1, 0]]
    places, away = nearest(target, rows, 2, 2**20, euclidean=True)
    assert places.tolist() == [[0, 2]]
    assert away[0].tolist() == pytest.approx([0.1345362, 1.2798828], rel=1e-5)


def test_focus_takes_the_row_of_a_token_in_the_same_company() -> None:
    shared = [b" cat", b" red", b" one", b" ran", b" sat", b" ate"]
    old, new = lexicon(shared), lexicon([*shared, b" dog", b" rare"])
    base = random_matrices(len(old.vocabulary), D, 0)
    texts = [f" {who} {did}" for who in ("cat", "dog") for did in ("ran", "sat", "ate")] * 10
    texts += [f" {a} {b}" for a, b in (("red", "one"), ("one", "red"), ("red", "red"))] * 10
    problem = Problem(old, new, base, resources=Resources(target_text=texts))
    found = transplant(problem, METHODS.get("focus"), {"width": 4})
    dog, cat = _row(new, b" dog"), _row(old, b" cat")
    one = found.rows["input"].coefficients
    place = found.wanted["input"].tolist().index(dog)
    entries = slice(int(one.offsets[place]), int(one.offsets[place + 1]))
    assert int(one.ids[entries][one.weights[entries].argmax()]) == cat
    assert one.weights.min() > 0
    assert float(one.weights[entries].sum()) == pytest.approx(1)
    assert found.provenance["input"][_row(new, b" rare")] == RowOrigin.FALLBACK
    given_vectors = torch.full((len(new.vocabulary), 2), torch.nan)
    given_vectors[[dog, _row(new, b" red")]] = torch.tensor([1.0, 0.5])
    own = replace(problem, resources=Resources(token_vectors=given_vectors))
    assert torch.allclose(transplant(own, METHODS.get("focus")).matrices.input[dog], base.input[_row(old, b" red")])


def test_focus_takes_vectors_of_words_that_are_given_and_those_of_tokens_before_them() -> None:
    """ " dog" is a piece of one word, whose vector is that of "cat"; no text is needed."""
    shared = [b" cat", b" red", b" one"]
    old, new = lexicon(shared), lexicon([*shared, b" dog"])
    base = random_matrices(len(old.vocabulary), D, 0)
    words = WordVectors(["dog", "cat", "red", "one"], torch.tensor([[2.0, 0], [1, 0], [0, 1], [0, -1]]))
    problem = Problem(old, new, base, resources=Resources(new_vectors=words))
    dog, cat, red = _row(new, b" dog"), _row(old, b" cat"), _row(old, b" red")
    assert torch.allclose(transplant(problem, METHODS.get("focus")).matrices.input[dog], base.input[cat])
    tokens = torch.full((len(new.vocabulary), 2), torch.nan)
    tokens[[dog, _row(new, b" red")]] = torch.tensor([1.0, 0.5])
    both = Problem(old, new, base, resources=Resources(new_vectors=words, token_vectors=tokens))
    assert torch.allclose(transplant(both, METHODS.get("focus")).matrices.input[dog], base.input[red])


def test_focus_says_when_it_reached_almost_nothing() -> None:
    shared = [b" cat", b" red", b" one"]
    old, new = lexicon(shared), lexicon([*shared, *(f" n{n}".encode() for n in range(10))])
    base, vectors = random_matrices(len(old.vocabulary), D, 0), torch.full((len(new.vocabulary), 2), torch.nan)
    vectors[[_row(new, piece) for piece in (*shared, b" n0")]] = torch.rand(4, 2)
    few = transplant(Problem(old, new, base, resources=Resources(token_vectors=vectors)), METHODS.get("focus"))
    assert any(remark.startswith("FOCUS reached 1 of 10 input rows") for remark in few.remarks)
    vectors[[_row(new, f" n{n}".encode()) for n in range(10)]] = torch.rand(10, 2)
    many = transplant(Problem(old, new, base, resources=Resources(token_vectors=vectors)), METHODS.get("focus"))
    assert not any("FOCUS reached" in remark for remark in many.remarks)


def test_word_vectors_of_tokens_by_hand() -> None:
    tokenizer = lexicon([b" un", b" do", b"do"])
    words = WordVectors(["do", "undo"], torch.tensor([[1.0, 0.0], [0.0, 1.0]]))
    vectors = words.of_tokens(tokenizer)
    assert vectors[_row(tokenizer, b" do")].tolist() == [1, 0]
    assert vectors[_row(tokenizer, b"do")].tolist() == [0, 1]
    assert torch.isnan(vectors[_row(tokenizer, b"x")]).all()
    both = WordVectors(["do", "dodo"], words.vectors).of_tokens(tokenizer)[_row(tokenizer, b" do")]
    assert both.tolist() == pytest.approx([2 / 3, 1 / 3])  # ranks 1 and 2


def test_wechsel_translates_through_the_dictionary() -> None:
    pairs = [("cat", "Katze"), ("dog", "Hund"), ("sun", "Sonne"), ("sea", "Meer"), ("ice", "Eis")]
    old = lexicon([b" " + a.encode() for a, _ in pairs])
    new = lexicon([b" " + b.encode() for _, b in pairs])
    meaning = torch.eye(5) + 0.1
    turn = torch.linalg.qr(torch.randn(5, 5, generator=torch.Generator().manual_seed(0))).Q
    resources = Resources(
        old_vectors=WordVectors([a for a, _ in pairs], meaning),
        new_vectors=WordVectors([b for _, b in pairs], meaning @ turn),
        dictionary=[*pairs[:4], ("ice", "nothing known"), ("Ice", "eis")],
    )
    base = random_matrices(len(old.vocabulary), D, 0)
    found = transplant(Problem(old, new, base, resources=resources), METHODS.get("wechsel"), {"temperature": 0.01})
    for a, b in pairs:
        row = found.matrices.input[_row(new, b" " + b.encode())]
        assert torch.allclose(row, base.input[_row(old, b" " + a.encode())], atol=1e-3)
    assert found.rows["input"].facts["mean cosine of dictionary pairs"] == pytest.approx(1.0)
    wrong = replace(resources, dictionary=[("a", "b")])
    with pytest.raises(UserError, match="None of the 1 pairs"):
        transplant(Problem(old, new, base, resources=wrong), METHODS.get("wechsel"))


def test_wechsel_says_how_well_a_poor_dictionary_fits_by_a_mean_cosine_that_is_never_negative() -> None:
    draw = torch.Generator().manual_seed(0)
    words = [f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(60)]
    vectors = (
        WordVectors(words, torch.randn(60, 5, generator=draw)),
        WordVectors(words, torch.randn(60, 5, generator=draw)),
    )
    resources = Resources(old_vectors=vectors[0], new_vectors=vectors[1], dictionary=[(a, a) for a in words])
    old, new = (lexicon([b" " + a.encode() for a in part]) for part in (words[:30], words[30:]))
    problem = Problem(old, new, random_matrices(len(old.vocabulary), D, 0), resources=resources)
    given = {"k": 3, "temperature": 0.1}
    facts = transplant(problem, METHODS.get("wechsel"), given).rows["input"].facts
    unit = [torch.nn.functional.normalize(each.vectors.double(), dim=1) for each in vectors]
    assert 2 * float(torch.linalg.svdvals(unit[1].T @ unit[0]).sum()) / 60 - 1 < 0, "the share explained was negative"
    assert facts["mean cosine of dictionary pairs"] == pytest.approx(
        float(torch.linalg.svdvals(unit[1].T @ unit[0]).sum()) / 60, abs=1e-5
    )


def test_wechsel_goes_by_unit_vectors_and_each_pair_once_where_its_publication_does_not() -> None:
    pairs = [("cat", "Katze"), ("dog", "Hund"), ("sun", "Sonne"), ("sea", "Meer"), ("ice", "Eis"), ("tree", "Baum")]
    old, new = (lexicon([b" " + pair[n].encode() for pair in pairs]) for n in (0, 1))
    draw, base = torch.Generator().manual_seed(0), random_matrices(len(old.vocabulary), D, 0)
    meaning, other = (torch.randn(6, 4, generator=draw) for _ in range(2))
    lengths = torch.tensor([9.0, 1.0, 4.0, 0.2, 1.0, 3.0])[:, None]

    def rows(scale: torch.Tensor, repeats: int) -> torch.Tensor:
        resources = Resources(
            old_vectors=WordVectors([a for a, _ in pairs], meaning * scale),
            new_vectors=WordVectors([b for _, b in pairs], other),
            dictionary=[*pairs[:4], *[pairs[0]] * repeats],
        )
        problem = Problem(old, new, base, resources=resources)
        return transplant(problem, METHODS.get("wechsel"), {"k": 2, "temperature": 0.1}).matrices.input

    usual = rows(torch.ones(1), 0)
    assert torch.allclose(rows(lengths, 0), usual, atol=1e-5)
    assert torch.allclose(rows(torch.ones(1), 9), usual, atol=1e-5)


@pytest.mark.parametrize(
    ("key", "deviations"),
    [
        ("wechsel", ("vectors of unit length, each pair once", "a space in front only", "parts of words")),
        ("token_adapt", ("Lengths are in bytes", "half a character are like nothing")),
        ("nearest", ("a ridge", "1 / (1 - cosine)")),
        ("trans_tokenization", ("there 10", "there 7", "both ways", "a prior")),
        ("focus", ("not from fastText", "published, a normal draw", "published, of the same decoded text")),
        ("omp_robust", ("centred",)),
    ],
)
def test_a_method_says_where_it_is_not_as_published(key: str, deviations: tuple[str, ...]) -> None:
    said = METHODS.get(key).definition
    assert [words for words in deviations if words not in said] == []


def test_clp_by_hand_and_its_denominator() -> None:
    old, new = lexicon([b"aa", b"bb"]), lexicon([b"aa", b"bb", b"cc", b"dd"])
    helper = torch.zeros(len(new.vocabulary), 2)
    helper[_row(new, b"aa")] = torch.tensor([1.0, 0.0])
    helper[_row(new, b"bb")] = torch.tensor([0.0, 2.0])
    helper[_row(new, b"cc")] = torch.tensor([3.0, 4.0])  # cosines 0.6 and 0.8
    helper[_row(new, b"dd")] = torch.tensor([1.0, -1.0])  # they cancel
    base = random_matrices(len(old.vocabulary), D, 0)
    found = transplant(Problem(old, new, base, resources=Resources(helper=helper)), METHODS.get("clp_transfer"))
    expected = (0.6 * base.head[_row(old, b"aa")] + 0.8 * base.head[_row(old, b"bb")]) / 1.4
    assert torch.allclose(found.matrices.head[_row(new, b"cc")], expected)
    assert list(found.rows["output"].n_by_reason.values()) == [1]
    assert found.provenance["output"][_row(new, b"dd")] == RowOrigin.FALLBACK


def test_token_adapt_by_hand() -> None:
    old, new = lexicon([b"ab", b"cde"]), lexicon([b"abcde", b"\xe4\xbd"])
    base = random_matrices(len(old.vocabulary), D, 0)
    by_text = {"ab": [1.0, 0.0], "cde": [0.0, 1.0], "abcde": [0.6, 0.8]}
    encoder = lambda texts: torch.tensor([by_text.get(t, [-1.0, -1.0]) for t in texts])  # noqa: E731
    problem = Problem(old, new, base, resources=Resources(encoder=encoder))
    found = transplant(problem, METHODS.get("token_adapt"), {"k": 2, "share": 0.3, "temperature": 0.3})

    def softmax(a: float, b: float) -> tuple[float, float]:
        return exp(a) / (exp(a) + exp(b)), exp(b) / (exp(a) + exp(b))

    alike = softmax(0.6, 0.8)
    local = softmax((alike[0] + 2 / 5) / 2 / 0.3, (alike[1] + 3 / 5) / 2 / 0.3)
    far, near = softmax(0.6 / 0.3, 0.8 / 0.3)
    weights = 0.7 * local[0] + 0.3 * far, 0.7 * local[1] + 0.3 * near
    expected = weights[0] * base.input[_row(old, b"ab")] + weights[1] * base.input[_row(old, b"cde")]
    assert torch.allclose(found.matrices.input[_row(new, b"abcde")], expected, atol=1e-6)
    half = base.input[[_row(old, b"\xe4"), _row(old, b"\xbd")]].mean(0)  # no text, so its bytes alone
    assert torch.allclose(found.matrices.input[_row(new, b"\xe4\xbd")], half, atol=1e-6)


def test_the_built_in_encoder_knows_spelling() -> None:
    one, like, unlike, nothing = by_spelling([" running", "Runner", "Geschwindigkeit", ""])
    assert one @ like > 0.3 > abs(one @ unlike)
    assert not nothing.any()


def test_words_are_aligned_whatever_their_order() -> None:
    draw = np.random.default_rng(0)
    lines = [draw.choice(30, draw.integers(3, 9), replace=False) for _ in range(400)]
    for turned in (False, True):
        links = align(lines, [(line + 100)[::-1] if turned else line + 100 for line in lines])
        best = {int(o): int(n) for n, o, _ in sorted(zip(links.counts, links.old, links.new, strict=True))} and {}
        for old, new, count in zip(links.old.tolist(), links.new.tolist(), links.counts.tolist(), strict=True):
            if count > best.get(old, (0, 0.0))[1]:
                best[old] = (new, count)
        assert {old: new for old, (new, _) in best.items()} == {word: word + 100 for word in range(30)}
        occurrences = np.bincount(np.concatenate(lines))
        assert all(abs(n - occurrences[old]) < 0.2 * occurrences[old] for old, (_, n) in best.items())


def test_trans_tokenization_finds_the_translation() -> None:
    nouns = {"cat": "Katze", "dog": "Hund", "sun": "Sonne", "sea": "Meer"}
    verbs = {"sees": "sieht", "wants": "will", "finds": "findet"}
    both = [(f"{a} {v} {b} 17", f"{nouns[a]} {verbs[v]} {nouns[b]} 17") for a in nouns for b in nouns for v in verbs]
    old = lexicon([b" cat", b" dog", b"cat", b"dog", b" sun", b" sea", b"17"])
    new = lexicon([b" Hund", b" Kat", b"ze", b" 17", b" xyz"])
    base = random_matrices(len(old.vocabulary), D, 0)
    found = transplant(Problem(old, new, base, resources=Resources(parallel=both)), METHODS.get("trans_tokenization"))
    rows, kinds = found.matrices.input, found.provenance["input"]
    assert torch.cosine_similarity(rows[_row(new, b" Hund")], base.input[_row(old, b" dog")], dim=0) > 0.9
    for piece in (b" Kat", b"ze"):
        similar = torch.cosine_similarity(rows[_row(new, piece)][None], base.input)
        assert int(similar.argmax()) in (_row(old, b" cat"), _row(old, b"cat"))
    number = base.input[[_row(old, b" "), _row(old, b"17")]].mean(0)
    assert torch.allclose(rows[_row(new, b" 17")], number)
    assert kinds[_row(new, b" Hund")] == RowOrigin.SOLVED
    assert kinds[_row(new, b" 17")] == kinds[_row(new, b" xyz")] == RowOrigin.COMPOSED


def test_vectors_and_dictionaries_are_read(tmp_path: Path) -> None:
    file = tmp_path / "cc.vec"
    file.write_text("3 2\nthe 1 2\ncat 0.5 -1e-1\nthe 9 9\n")
    found = read_vectors(str(file))
    assert found.words == ["the", "cat"]
    assert torch.allclose(found.vectors, torch.tensor([[1, 2], [0.5, -0.1]]))
    assert read_vectors(str(file), most=1).words == ["the"]
    file.write_text("2 2\nthe 1 2\ncat 1\n")
    with pytest.raises(UnreadableFile, match=r"Line 3 of 'cc.vec'"):
        read_vectors(str(file))
    file.write_text("the 1 2\n")
    with pytest.raises(UnreadableFile, match=r"no \.vec file"):
        read_vectors(str(file))
    file.write_text("0 2\n")
    with pytest.raises(UserError, match="holds no words"):
        read_vectors(str(file))
    file.write_text("old man\tشيخ\nsun Sonne\n\n")
    assert read_dictionary(str(file)) == [("old man", "شيخ"), ("sun", "Sonne")]
    file.write_text("alone\n")
    with pytest.raises(UnreadableFile, match="no pair of words"):
        read_dictionary(str(file))


def test_vectors_of_tokens_by_their_spelling() -> None:
    tokenizer = byte_bpe(300)
    spelled = tokenizer.vocabulary.spellings
    found = WordVectors(["nothing of it", "Ġcat"], torch.tensor([[9.0, 9.0], [1.0, 2.0]])).by_spelling(tokenizer)
    assert torch.isfinite(found).all(1).nonzero().flatten().tolist() == [spelled.index("Ġcat")]
    assert found[spelled.index("Ġcat")].tolist() == [1, 2]
    with pytest.raises(UserError, match="None of the 1 vectors is of a token"):
        WordVectors(["nothing of it"], torch.ones(1, 2)).by_spelling(tokenizer)


def test_vectors_are_made_from_text() -> None:
    texts = [f"the {who} {did} now" for who in ("cat", "dog") for did in ("ran", "sat")] * 3 + ["le soleil brille"] * 3
    found = vectors_from_text(texts, width=6)
    rows = [found.vectors[found.row_by_word[word]] for word in ("cat", "dog", "soleil")]
    assert torch.cosine_similarity(rows[0], rows[1], dim=0) > torch.cosine_similarity(rows[0], rows[2], dim=0)
    with pytest.raises(UserError, match="too little"):
        vectors_from_text(["once only"])
    assert words_of("नमस्ते दुनिया") == ["नमस्ते", "दुनिया"]
    assert words_of("ภาษา") == ["ภ", "า", "ษ", "า"]


@needs_data
@pytest.mark.slow
def test_german_words_find_english_ones_in_flores() -> None:
    """GPT-2 to a German tokenizer, on a thousand sentences: translations beat chance by far."""
    folder = TOKENIZERS / "hf_json"
    old, new = (open_tokenizer(f"file:{folder}/{name}/tokenizer.json") for name in ("gpt-2", "focus-de-bpe-50k"))
    assert isinstance(old, LocalTokenizer) and isinstance(new, LocalTokenizer)
    sentences = flores()
    parallel = list(zip(sentences["eng_Latn"], sentences["deu_Latn"], strict=True))[:1000]
    base = Matrices(torch.randn(len(old.vocabulary), 16, generator=torch.Generator().manual_seed(0)))
    found = transplant(
        Problem(old, new, base, resources=Resources(parallel=parallel)), METHODS.get("trans_tokenization")
    )
    expected = {" Sprache": " language", " Jahrhundert": " century", " verschiedene": " different", " fünf": " five"}
    for german, english in expected.items():
        row = found.matrices.input[_row(new, german.encode())]
        nearest_old = int(torch.cosine_similarity(row[None], base.input).argmax())
        assert old.vocabulary.pieces[nearest_old].decode() == english, german
