"""The probe of entropy: known values, equal bytes, and numbers that are marked where the sample is small."""

import gzip
import lzma
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.common.errors import TooLarge, UserError
from core.probes.entropy import MOST_BYTES, SHARES, ByteRate, TextEntropy, entropies, rates_of
from core.probes.packed_ids import COMPRESSORS, fixed, varint
from core.stats.entropy import frequencies, renyi_efficiency
from core.tokenizers.catalog import open_tokenizer
from tests.datafolder import DATA, TOKENIZERS, needs_data


def english(split: str) -> str:
    with zipfile.ZipFile(DATA / "parallel" / f"flores200_{split}.zip") as archive:
        name = next(name for name in archive.namelist() if name.endswith(f"eng_Latn.{split}"))
        return archive.read(name).decode()


def per_token(rate: ByteRate) -> float:
    assert rate.bits_per_byte is not None
    return rate.bits_per_byte * rate.n_bytes / rate.n_tokens


@needs_data
def test_gpt2_on_english_has_the_known_entropies_which_are_mostly_sample() -> None:
    cut = open_tokenizer(f"file:{TOKENIZERS}/hf_json/gpt-2/tokenizer.json").segment(english("dev") + english("devtest"))
    eighth, *_, whole = rates_of(cut)
    assert len(cut) == pytest.approx(54_794, rel=0.005)
    assert [per_token(rate) for rate in whole[:4]] == pytest.approx([10.24, 4.08, 1.13, 0.24], abs=0.02)
    assert [per_token(rate) for rate in eighth[1:3]] == pytest.approx([2.55, 0.58], abs=0.03)
    assert [rate.reliable for rate in whole] == [True, False, False, False, False]


def test_renyi_efficiency_of_the_known_string() -> None:
    _, ids = np.unique(["pick", "@@ed", "pick", "@@l", "@@ed", "pick", "@@les"], return_inverse=True)
    counts = frequencies(ids)
    assert renyi_efficiency(counts, len(counts)) == pytest.approx(0.8265064834, abs=1e-10)


def test_entropies_of_bytes_that_take_turns_are_worked_by_hand() -> None:
    found = entropies(["builtin:utf8-bytes"], "ab" * 400)
    rates = found.streams[0].samples[-1]
    assert rates[0].bits_per_byte == 1.0  # two bytes, equally often
    assert rates[1].bits_per_byte == pytest.approx(0, abs=1e-3)
    assert [rate.n_bytes for rate in (row[0] for row in found.streams[0].samples)] == [800 * share for share in SHARES]
    assert found.streams[0].capacity == pytest.approx(1 / np.log2(259))


def test_parts_end_at_the_same_byte_for_every_tokenizer() -> None:
    found = entropies(["builtin:words", "builtin:utf8-bytes"], "of one and of two " * 50)
    sizes = [[row[0].n_bytes for row in stream.samples] for stream in found.streams]
    assert sizes[0] == sizes[1]
    assert [stream.samples[-1][0].n_tokens for stream in found.streams] == [500, 900]


@settings(deadline=None)
@given(st.lists(st.integers(0, 2**31 - 1), max_size=30))
def test_ids_come_back_from_their_bytes(ids: list[int]) -> None:
    data, back, value, shift = varint(np.array(ids, np.int32)), list[int](), 0, 0
    for byte in data:
        value, shift = value | (byte & 127) << shift, shift + 7
        if byte < 128:
            back, value, shift = [*back, value], 0, 0
    assert back == ids
    assert np.frombuffer(fixed(np.array(ids, np.int32), 4), "<u4").tolist() == ids


def test_compressed_text_is_that_of_the_standard_library() -> None:
    data = b"again and again " * 40
    assert gzip.decompress(COMPRESSORS["gzip"](data)) == lzma.decompress(COMPRESSORS["xz"](data)) == data
    found = entropies(["builtin:utf8-bytes"], data.decode())
    assert found.raw["gzip"] == len(COMPRESSORS["gzip"](data)) < len(data)
    assert found.streams[0].packed["2 bytes"]["none"] == 2 * len(data)


def test_one_token_has_no_entropy_given_another() -> None:
    found: TextEntropy = entropies(["builtin:words"], "a")
    assert [rate.bits_per_byte for rate in found.streams[0].samples[-1]] == [0, None, None, None, None]
    assert found.streams[0].renyi_observed is None and "–" in "".join(found.sentences())


def test_no_text_and_too_much_say_so() -> None:
    with pytest.raises(UserError, match="The text is empty"):
        entropies(["builtin:words"], "")
    with pytest.raises(TooLarge, match="Give a part of it"):
        entropies(["builtin:words"], "a" * (MOST_BYTES + 1))
    with pytest.raises(UserError, match="There is no tokenizer"):
        entropies([], "a")
