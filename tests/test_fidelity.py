"""The lossless badge is what a tokenizer does to the sample, not what is said of it."""

import pytest

from core.corpora.corpus import open_corpus
from core.premium.atlas import atlas_tokenizers
from core.premium.atlas.fidelity import fidelity, shipped_fidelity
from core.tokenizers.catalog import open_tokenizer
from tests.datafolder import TOKENIZERS, needs_data

LANGUAGES = ["eng_Latn", "tha_Thai", "zho_Hans"]


def test_every_shipped_tokenizer_was_tried_on_the_sample_as_it_is() -> None:
    found = shipped_fidelity()
    assert set(found) == set(atlas_tokenizers())
    corpus = open_corpus("sample")
    n = sum(1 for lines in corpus.sentences.values() for line in lines if line)
    for key, one in found.items():
        assert (one.corpus, one.n_sentences) == (corpus.fingerprint, n), f"run make atlas: {key}"
        assert one.fingerprint == atlas_tokenizers()[key].fingerprint
        assert one.lossless == (not one.lost and not one.unknown_share)


@pytest.mark.parametrize("spec", ["builtin:utf8-bytes", "builtin:characters", "mistral:v1"])
def test_what_ships_is_what_is_found_now(spec: str) -> None:
    key = next(key for key, one in atlas_tokenizers().items() if spec in one.opens)
    found = fidelity(open_tokenizer(spec), open_corpus("sample").only(LANGUAGES))
    assert found.lossless == shipped_fidelity()[key].lossless is True


@needs_data
def test_what_a_lossy_tokenizer_loses_is_named() -> None:
    found = fidelity(
        open_tokenizer(f"file:{TOKENIZERS / 'wordpiece' / 'bert-base-uncased.vocab.txt'}"),
        open_corpus("sample").only(["eng_Latn"]),
    )
    assert found.n_exact == 0 and not found.lossless
    assert {"spaces dropped", "capital letters lower-cased"} <= {what for what, _ in found.lost}
