"""Segmenters beside tokenizers: what they cut tiles the bytes, is the same each time, and follows the equations."""

import itertools
import json
import math
from functools import cache
from typing import cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.cli.tokenizers import listed
from core.common.errors import TooLarge, UnknownName, UserError
from core.corpora.corpus import open_corpus
from core.models.build.texts import LANGUAGES
from core.segmenters.build.cut_facts import beside_white_space
from core.segmenters.build.text import batches_with_scripts
from core.segmenters.byte_model import entropies_bits, next_byte_nats, surprisals_bits
from core.segmenters.byte_rows import ByteRows
from core.segmenters.families import hnet2, mrt5
from core.segmenters.families.dynamic import may_merge
from core.segmenters.families.hnet import boundary_probabilities
from core.segmenters.families.magnet import end_probabilities
from core.segmenters.families.words import word_units
from core.segmenters.lane import SegmenterLane, open_segmenter
from core.segmenters.pair_merges import merge_pairs
from core.segmenters.script_of_bytes import GROUPS, script_groups
from core.segmenters.segmenter import SEGMENTERS
from core.segmenters.trunk import REACH, START, Trunk, gram_rows, symbols_of
from core.segmenters.weights import FOLDER
from core.segmenters.window_coder import decode_windows, encode_windows
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.kinds import Kind

SPECS = [
    *SEGMENTERS.all(),
    "entropy-rise?threshold=0.5",
    "hnet2?stage=1",
    "dynamic?base=builtin:utf8-bytes&merges=5",
    "code?language=c",
]
TEXTS = {
    "code": "def add(a, b):\n    return a + b  # sum\n",
    "arabic": "مرحبا بالعالم، كيف حالك؟",
    "thai": "ภาษาไทยเขียนติดกัน",
    "chinese": "敏捷的棕色狐狸。",
    "mixed": "naïve café 🙂👩‍👩‍👧 ไทย x\r\n\x00\u2028",
    "one byte": "a",
    "one character": "\U0001f642",
}


@pytest.fixture(scope="module")
def lanes() -> dict[str, SegmenterLane]:
    return {spec: open_segmenter(spec) for spec in SPECS}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_chunks_tile_the_bytes_and_are_the_same_again(lanes: dict[str, SegmenterLane], text: str) -> None:
    for spec, lane in lanes.items():
        cut = lane.segment(text)
        assert b"".join(cut.text[a:b] for a, b in zip(cut.starts, cut.ends, strict=True)) == text.encode(), spec
        assert cut.lossless or lane.segmenter.key == "code", spec
        assert (cut.ends > cut.starts).all(), spec
        assert (cut.kinds == Kind.ORDINARY).all()
        assert lane.count([text, ""]).tokens.tolist() == [len(cut), 0]
        again = open_segmenter(spec).segment(text)
        assert np.array_equal(cut.starts, again.starts), spec
        assert np.array_equal(cut.ids, again.ids), spec
        values = lane.chunks(text).values
        assert values is None or values.shape == (len(text.encode()),), spec
        assert (values is None) == (not lane.segmenter.value), spec


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
@settings(max_examples=25, deadline=None)
def test_any_text_is_tiled(lanes: dict[str, SegmenterLane], text: str) -> None:
    for spec, lane in lanes.items():
        cut = lane.segment(text)
        assert b"".join(cut.text[a:b] for a, b in zip(cut.starts, cut.ends, strict=True)) == text.encode(), spec
        assert cut.lossless or lane.segmenter.key == "code", spec


def test_a_spec_opens_what_it_says(lanes: dict[str, SegmenterLane]) -> None:
    for lane in lanes.values():
        again = open_tokenizer(lane.info.spec)
        assert again.info == lane.info
    assert len({lane.info.fingerprint for lane in lanes.values()}) == len(SPECS)
    assert {f"learned:{key}" for key in SEGMENTERS.all()} <= {row["spec"] for row in listed()}


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("learned:entropi", "There is no segmenter 'entropi'. Did you mean entropy or entropy-rise?"),
        ("learned:entropy?threshold=9", "threshold cannot be 9.0: give a number from 0 to 8."),
        ("learned:entropy?threshold=high", "threshold cannot be 'high': give a number, such as 3.5."),
        ("learned:words?bytes=3", "There is no parameter of words 'bytes'. Did you mean most_bytes?"),
        ("learned:windows?bits=8", "bits cannot be 8: give a number from 16 to 128."),
        ("learned:dynamic?base=learned:words", "Dynamic tokenization merges tokens of a tokenizer, and base is"),
        ("learned:dynamic?base=gpt", "'gpt' does not name a tokenizer."),
        ("learned:", "'learned:' does not name a tokenizer."),
    ],
)
def test_a_wrong_spec_is_one_sentence(spec: str, said: str) -> None:
    with pytest.raises(UserError) as error:
        open_tokenizer(spec)
    assert str(error.value).startswith(said)


def test_an_unknown_name_lists_those_that_are_there() -> None:
    with pytest.raises(UnknownName, match="bytes, code, code-points, dynamic"):
        open_tokenizer("learned:nothing-like-it")


def test_a_long_text_is_refused_and_a_lone_surrogate_too(lanes: dict[str, SegmenterLane]) -> None:
    with pytest.raises(
        TooLarge, match=r"Entropy patches \(BLT\) cuts texts of up to 100.000 bytes, and this one has 100.001"
    ):
        lanes["entropy"].segment("a" * 100_001)
    with pytest.raises(UserError, match="lone surrogate"):
        lanes["entropy"].segment("a\ud800")


def test_probabilities_sum_to_one_and_entropy_and_surprisal_follow_from_them() -> None:
    text = b"the end"
    nats = next_byte_nats(text).astype(float)
    assert np.allclose(np.exp(nats).sum(1), 1, atol=1e-5)
    by_hand = [-sum(math.exp(x) * x / math.log(2) for x in row) for row in nats]
    assert np.allclose(entropies_bits(text), by_hand, atol=1e-3)
    assert np.allclose(surprisals_bits(text), [-nats[i, b] / math.log(2) for i, b in enumerate(text)], atol=1e-4)


def test_a_byte_model_does_not_look_ahead_and_a_long_text_is_read_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    long = "".join(TEXTS.values()).encode() * 5
    whole = entropies_bits(long)
    assert len(long) > 2 * REACH
    assert np.allclose(whole[:300], entropies_bits(long[:300]), atol=1e-3)
    monkeypatch.setattr("core.segmenters.trunk.PIECE", 100)
    assert np.allclose(entropies_bits(long), whole, atol=1e-3)


def test_patches_start_where_entropy_is_over_the_threshold_or_has_risen(lanes: dict[str, SegmenterLane]) -> None:
    text = TEXTS["code"]
    entropies = entropies_bits(text.encode())
    over = {0, *np.flatnonzero(entropies > 3.5).tolist()}
    assert lanes["entropy"].chunks(text).starts.tolist() == sorted(over)
    risen = {0, *(np.flatnonzero(np.diff(entropies) > 0.5) + 1).tolist()}
    assert lanes["entropy-rise?threshold=0.5"].chunks(text).starts.tolist() == sorted(risen)
    sizes = [len(open_segmenter(f"entropy?threshold={t}").segment(text)) for t in (0, 1, 2, 3, 8)]
    assert sizes == sorted(sizes, reverse=True)


def test_a_byte_model_needs_fewer_bits_than_gzip_on_english() -> None:
    text = b"The committee said on Monday that the new rules would be presented to the government next year."
    assert surprisals_bits(text).mean() < 3.4  # gzip of 100 such sentences in one piece: 3.6


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("Hello world, theQuickBrownFox", ["Hello", " world,", " the", "Quick", "Brown", "Fox"]),
        (" costs $12.50 你好世界", [" costs", " $", "12.", "50", " 你", "好", "世", "界"]),
        ("HTTPServer don't", ["HTTP", "Server", " don't"]),
        ("a  b\n\nc", ["a", " ", " b", "\n\n", "c"]),
    ],
)
def test_words_are_cut_as_described(text: str, units: list[str]) -> None:
    assert word_units(text) == units


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("می‌خواهم بروم", ["می‌خواهم", " بروم"]),  # a joiner that parts the letters of one word
        ("E\u0301COLE E\u0301te\u0301", ["E\u0301COLE", " E\u0301te\u0301"]),
        ("X\u0301y", ["X\u0301y"]),
        ("👩‍👩‍👧🏽 1️⃣ I ❤️ it", ["👩‍👩‍👧🏽", " 1️⃣", " I", " ❤️", " it"]),
        ("so\u00adft x\u200bz", ["so\u00adft", " x", "\u200b", "z"]),  # a space of no width parts words
        ("\u0301\u0302a", ["\u0301\u0302", "a"]),
    ],
)
def test_words_keep_the_marks_and_joiners_of_their_characters(text: str, units: list[str]) -> None:
    """As the word boundaries of UAX 29 do (WB4)."""
    assert word_units(text) == units


def test_a_bounded_unit_is_cut_between_characters() -> None:
    assert word_units("αβγδε", 4) == ["αβ", "γδ", "ε"]
    assert word_units("🙂", 1) == ["🙂"]


def test_merges_equal_a_count_begun_anew_each_time() -> None:
    """The pair that is most frequent now, of equals the one first seen, merged from the left: with nothing kept."""
    rng = np.random.default_rng(3)
    for _ in range(30):
        pieces = [bytes([97 + n]) for n in rng.integers(0, 3, 40).tolist()]
        merged = merge_pairs(pieces, 6, may_merge)
        numbers = [len(pieces)]
        for _ in range(6):
            pieces = _merged_once(pieces)
            numbers.append(len(pieces))
        # Which of two equally frequent pairs comes first may differ: the first step never does.
        assert merged.history[:2].tolist() == numbers[:2]
        assert sum(merged.lengths.tolist()) == 40
        assert merged.history[-1] == len(merged.lengths)


def _merged_once(pieces: list[bytes]) -> list[bytes]:
    counts: dict[tuple[bytes, bytes], int] = {}
    for pair in itertools.pairwise(pieces):
        counts[pair] = counts.get(pair, 0) + 1
    best = max(counts, key=lambda pair: counts[pair])
    made, i = list[bytes](), 0
    while i < len(pieces):
        two = tuple(pieces[i : i + 2]) == best
        made.append(best[0] + best[1] if two else pieces[i])
        i += 1 + two
    return made


def test_merges_by_hand() -> None:
    """`ab` stands three times, then ` ab` twice; a space never comes inside a piece."""
    lane = open_segmenter("dynamic?base=builtin:characters&merges=2")
    cut = lane.segment("ab ab ab")
    assert cut.pieces == [b"ab", b" ab", b" ab"]
    assert cast(np.ndarray, lane.chunks("ab ab ab").history).tolist() == [8, 5, 3]


def test_no_merge_gives_the_tokenizers_own_tokens() -> None:
    text = TEXTS["mixed"]
    own = open_tokenizer("tiktoken:cl100k_base").segment(text)
    assert np.array_equal(open_segmenter("dynamic?merges=0").segment(text).starts, own.starts)


@pytest.mark.parametrize("bits", [16, 24, 64, 128])
def test_windows_are_read_back_exactly(bits: int) -> None:
    for text in map(str.encode, TEXTS.values()):
        windows = encode_windows([text], bits)[0]
        assert all(0 <= window.code < 1 << bits and window.n_bytes for window in windows)
        assert sum(window.n_bytes for window in windows) == len(text)
        assert decode_windows([window.code for window in windows], bits) == text


@given(data=st.binary(max_size=24))
@settings(max_examples=15, deadline=None)
def test_windows_of_any_bytes_are_read_back(data: bytes) -> None:
    assert decode_windows([window.code for window in encode_windows([data], 32)[0]], 32) == data


def test_windows_are_the_same_beside_other_texts_and_from_whatever_place_they_are_filled(
    lanes: dict[str, SegmenterLane], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text is filled from its start only where many are, and from several places where it is alone."""
    texts = ["".join(TEXTS.values()) + TEXTS["code"], TEXTS["thai"], "", *(f"{n} on" for n in range(8))]
    together = encode_windows([text.encode() for text in texts], 32)
    from_several = encode_windows([texts[0].encode()], 32)[0]
    monkeypatch.setattr("core.segmenters.window_coder._APART", 10**6)
    assert together == [encode_windows([text.encode()], 32)[0] for text in texts]
    assert from_several == together[0]
    lane = lanes["windows"]
    assert lane.count(texts).tokens.tolist() == [len(windows) for windows in together]
    for text, ids in zip(texts, lane.encode_many(texts), strict=True):
        assert np.array_equal(ids, lane.segment(text).ids)


def test_the_byte_model_says_the_same_byte_by_byte_and_to_the_bit_in_any_row() -> None:
    text, rng = TEXTS["mixed"].encode(), np.random.default_rng(0)
    alone, among, whole = ByteRows(1), ByteRows(16), next_byte_nats(text)
    for at, symbol in enumerate(symbols_of(text)[:-1]):
        symbols = rng.integers(0, 256, 16)
        symbols[[2, 13]] = symbol
        one, several = alone.read(np.array([symbol]))[0], among.read(symbols)
        assert np.array_equal(one, several[2])
        assert np.array_equal(one, several[13])
        assert np.allclose(np.log(one), whole[at], atol=0.05)


def test_larger_windows_hold_more_and_use_no_more_bits_than_they_have() -> None:
    text = b"The quick brown fox jumps over the lazy dog. " * 2
    held = {bits: encode_windows([text], bits)[0] for bits in (16, 32, 64)}
    assert len(held[16]) > len(held[32]) > len(held[64])
    assert all(max(window.used) <= bits for bits, windows in held.items() for window in windows)


def test_the_first_byte_of_a_text_starts_a_chunk_and_h_nets_p_is_a_probability() -> None:
    p = boundary_probabilities(b"The end.")
    assert p[0] == 1
    assert ((p >= 0) & (p <= 1)).all()


def test_magnet_cuts_each_script_as_often_as_its_prior_says() -> None:
    """Of text that it did not learn from, within a fourth."""
    about = json.loads((FOLDER / "quality.json").read_text(encoding="utf-8"))["magnet"]
    for name in ("script", "equal"):
        lane = open_segmenter(f"magnet?prior={name}")
        for script, texts in _by_script().items():
            share = sum(len(lane.chunks(text).starts) for text in texts) / sum(len(text.encode()) for text in texts)
            assert share == pytest.approx(about[name]["priors"][script], rel=0.25), (name, script)


def test_a_prior_for_each_script_makes_sentences_as_long_in_all_of_them() -> None:
    spread = {}
    for name in ("script", "equal"):
        lane = open_segmenter(f"magnet?prior={name}")
        chunks = [np.mean([len(lane.chunks(text).starts) for text in texts]) for texts in _by_script().values()]
        spread[name] = max(chunks) / min(chunks)
    assert spread["script"] < 1.5, spread
    assert spread["equal"] > 2, spread


@cache
def _by_script() -> dict[str, list[str]]:
    """The same sentences in every language that it learnt, by script."""
    corpus, found = open_corpus("sample"), dict[str, list[str]]()
    for code in LANGUAGES.values():
        text = " ".join(filter(None, corpus.sentences[code][:30]))
        found.setdefault(GROUPS[int(np.bincount(script_groups(text)).argmax())], []).append(text)
    return found


def test_a_prior_is_met_at_its_own_rate_and_pulls_as_hard_where_every_byte_is_cut() -> None:
    """The slope of the binomial in the logits is a hundredth there, and training never came back from it."""
    import torch

    from core.segmenters.build.magnet import prior_loss

    def slope(of: list[float], scripts: list[int]) -> list[float]:
        logits = torch.tensor([of], requires_grad=True)
        prior_loss(torch.sigmoid(logits), torch.tensor([scripts]), [0.2, 0.1]).backward()  # type: ignore[no-untyped-call]
        assert logits.grad is not None
        return [float(one) for one in logits.grad[0]]

    met = [math.log(0.2 / 0.8)] * 3 + [math.log(0.1 / 0.9)]
    assert slope(met, [0, 0, 0, 1]) == pytest.approx([0, 0, 0, 0], abs=1e-6)
    assert slope([6.0, 6.0], [0, 0]) == pytest.approx([0.4, 0.4], abs=0.01)  # p less its prior, shared by two


def test_a_byte_has_the_script_of_the_letter_before_it() -> None:
    names = [GROUPS[n] for n in script_groups("1 a, ж字 ")]
    assert names == ["Latin"] * 5 + ["Cyrillic"] * 2 + ["Han and Kana"] * 4
    assert set(script_groups("123").tolist()) == {0}


def test_an_empty_line_is_read_like_any_other() -> None:
    symbols, _, scripts = next(batches_with_scripts({"notes": [""]}, 2, 20, 0))
    assert symbols.shape == scripts.shape == (2, 21)
    assert set(scripts[symbols == START].tolist()) == {GROUPS.index("Latin")}


def test_grams_see_the_bytes_before_and_nothing_else() -> None:
    rows = gram_rows(symbols_of(b"xxabcde"))
    assert rows.shape == (8, 4)
    assert np.array_equal(rows[-1], gram_rows(symbols_of(b"yyabcde"))[-1])
    assert rows[3, 1] != gram_rows(symbols_of(b"xyabcde"))[3, 1]


def test_h_net_reached_the_ratio_that_it_was_trained_for() -> None:
    """Five bytes a chunk, within a tenth, over the sample passage in the languages that it learnt."""
    lane, corpus = open_segmenter("hnet"), open_corpus("sample")
    texts = [
        " ".join(filter(None, corpus.sentences[code][:6])) for code in LANGUAGES.values() if code in corpus.languages
    ]
    assert len(texts) == len(LANGUAGES)
    chunks = sum(len(lane.chunks(text).starts) for text in texts)
    assert sum(len(text.encode()) for text in texts) / chunks == pytest.approx(5, rel=0.1)


def test_two_stages_and_the_gate_met_what_they_were_trained_for() -> None:
    """Three bytes a chunk and three chunks a chunk, and half of the bytes kept, each within a tenth, as before."""
    corpus = open_corpus("sample")
    texts = [" ".join(filter(None, corpus.sentences[code][:6])) for code in LANGUAGES.values()]
    lanes = [open_segmenter(spec) for spec in ("hnet2?stage=1", "hnet2", "mrt5")]
    first, second, kept = (sum(len(lane.chunks(text).starts) for text in texts) for lane in lanes)
    n_bytes = sum(len(text.encode()) for text in texts)
    assert n_bytes / first == pytest.approx(3, rel=0.1)
    assert first / second == pytest.approx(3, rel=0.1)
    assert kept / n_bytes == pytest.approx(0.5, rel=0.1)


def test_h_nets_chunks_start_at_white_space_or_behind_it_more_often_than_chance_has_it() -> None:
    lane, corpus = open_segmenter("hnet"), open_corpus("sample")
    for code, times in (("eng_Latn", 1.1), ("rus_Cyrl", 2), ("arb_Arab", 1.5), ("hin_Deva", 2), ("kor_Hang", 1.5)):
        text = " ".join(filter(None, corpus.sentences[code]))
        there, _ = beside_white_space(np.frombuffer(text.encode(), np.uint8))
        assert there[lane.chunks(text).starts[1:]].mean() > times * there.mean(), code


def test_numpy_finds_the_ends_that_torch_learnt() -> None:
    import torch

    from core.segmenters.build.magnet import TorchMagnet, predictors_of

    torch.manual_seed(2)
    model, over = TorchMagnet([0.2] * len(GROUPS)), torch.linspace(0.1, 0.3, len(GROUPS))
    for array in model.parameters():
        array.data = (array.data + torch.randn(array.shape) * 0.05).half().float()
    arrays = {name: array.numpy() for name, array in predictors_of(model, over).items()}
    text = "the end, конец и ไทย"
    p, thresholds = end_probabilities(text, Trunk(arrays))
    scripts = script_groups(text)
    assert np.array_equal(thresholds, over.numpy()[scripts])
    symbols = torch.from_numpy(symbols_of(text.encode()))[None]
    with torch.no_grad():
        states = model.trunk(symbols, torch.from_numpy(gram_rows(symbols.numpy())))[:, 1:]
        by_torch = torch.sigmoid(model.logit(states, torch.from_numpy(scripts)[None]))[0].numpy()
    assert np.allclose(p, by_torch, atol=1e-4)


def test_numpy_finds_the_gates_that_torch_learnt(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from core.segmenters.build.mrt5 import TorchMrT5, gate_of

    torch.manual_seed(3)
    model = TorchMrT5()
    for array in model.parameters():
        array.data = (array.data + torch.randn(array.shape) * 0.05).half().float()
    monkeypatch.setattr(mrt5, "_trunk", lambda: Trunk({name: one.numpy() for name, one in gate_of(model).items()}))
    text = "the end, конец и ไทย".encode()
    symbols = torch.from_numpy(symbols_of(text))[None]
    with torch.no_grad():
        _, by_torch = model(symbols, torch.from_numpy(gram_rows(symbols.numpy())), "kept")
    assert np.allclose(mrt5.gates(text), by_torch[0].numpy(), atol=1e-3)


def test_numpy_finds_both_stages_that_torch_learnt(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from core.segmenters.build.hnet2 import TorchHNet2, routers_of

    torch.manual_seed(4)
    model = TorchHNet2()
    for array in model.parameters():
        array.data = (array.data + torch.randn(array.shape) * 0.05).half().float()
    model.thresholds = torch.tensor([0.45, 0.4])
    monkeypatch.setattr(hnet2, "_trunk", lambda: Trunk({name: one.numpy() for name, one in routers_of(model).items()}))
    text = "the end, конец и ไทย, and so on to the end".encode()
    symbols = torch.from_numpy(symbols_of(text))[None]
    with torch.no_grad():
        _, (p, b), (p2, _, _) = model(symbols, torch.from_numpy(gram_rows(symbols.numpy())))
    first, starts, second = hnet2.both_stages(text)
    assert np.allclose(first[1:], p[0, 2:].numpy(), atol=1e-3)
    assert [0, *(starts + 1)[1:].tolist()] == [n for n in np.flatnonzero(b[0].numpy()).tolist() if n != 1]
    assert len(second) == len(starts)
    assert np.isfinite(second).all()
    assert p2.shape[1] in {len(starts), len(starts) + 1}


def test_chunks_of_the_second_stage_are_one_or_several_of_the_first(lanes: dict[str, SegmenterLane]) -> None:
    text = "".join(TEXTS.values())
    first, second = open_segmenter("hnet2?stage=1").chunks(text), lanes["hnet2"].chunks(text)
    assert set(second.starts.tolist()) < set(first.starts.tolist())
    assert second.values is not None
    assert np.flatnonzero(~np.isnan(second.values)).tolist() == first.starts.tolist()


def test_a_byte_is_kept_where_its_gate_is_over_the_threshold(lanes: dict[str, SegmenterLane]) -> None:
    text = TEXTS["code"]
    found = mrt5.gates(text.encode())
    assert ((found <= 0) & (found >= mrt5.SCALE)).all()
    over = float(mrt5._trunk().arrays["threshold"][0])
    assert lanes["mrt5"].chunks(text).starts.tolist() == sorted({0, *np.flatnonzero(found > over).tolist()})
    assert len(open_segmenter("mrt5?threshold=-15").segment(text)) == len({0, *np.flatnonzero(found > -15).tolist()})
    assert len(open_segmenter("mrt5?threshold=-30").segment(text)) == len(text.encode())


def test_the_controller_deletes_more_where_too_little_is_and_less_where_too_much() -> None:
    from core.segmenters.build.mrt5 import Controller

    little, much = Controller(), Controller()
    assert all(little.weight(0.1) > 0 > much.weight(0.9) for _ in range(20))


def test_an_average_of_chunks_takes_each_in_by_its_own_probability() -> None:
    """z̃_j = P_j z_j + (1 - P_j) z̃_{j-1}, worked by hand."""
    import torch

    from core.segmenters.build.routing import chunked, ratio_loss, smoothed

    made = smoothed(torch.tensor([[[1.0], [2.0], [4.0]]]), torch.tensor([[1.0, 0.5, 0.25]]))
    assert made.flatten().tolist() == pytest.approx([1.0, 1.5, 2.125], abs=1e-3)
    at, where, there = chunked(torch.tensor([[True, False, True], [True, False, False]]))
    assert (at.tolist(), where.tolist()) == ([[0, 0, 1], [0, 0, 0]], [[0, 2], [0, 0]])
    assert there.tolist() == [[True, True], [True, False]]
    b = torch.tensor([[True, False, False, False, False]])
    assert float(ratio_loss(b.float(), b, 5.0)) == pytest.approx(1.0)


def test_numpy_computes_what_torch_trained() -> None:
    import torch

    from core.segmenters.build.byte_model import TorchByteModel

    torch.manual_seed(1)
    model = TorchByteModel()
    for array in model.parameters():
        array.data += torch.randn(array.shape) * 0.05
    trunk = Trunk({name.removeprefix("trunk."): array.detach().numpy() for name, array in model.named_parameters()})
    symbols = symbols_of("the end of ไทย, and more of it".encode())
    with torch.no_grad():
        by_torch = model.trunk(torch.from_numpy(symbols)[None], torch.from_numpy(gram_rows(symbols))[None])[0].numpy()
    assert np.allclose(trunk.hidden(symbols), by_torch, atol=1e-4)
