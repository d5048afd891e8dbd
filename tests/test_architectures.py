"""Every causal language model of transformers with a tiny configuration gets another tokenizer, is written and read.

`pytest -rs tests/test_architectures.py` lists those that have none, each with the reason.
"""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from core.common.errors import UserError
from core.models.export import export
from core.models.load import open_model
from core.models.score import score
from tests.lab import byte_bpe, lab
from tests.tiny import byte_level_bpe
from tests.tiny_architectures import NotTiny, kinds, tiny

ROWS = 320
TEXTS = ["the cat sat on the mat and the dog", "die Katze saß vor der Tür"]
USUAL = ("gpt2", "llama", "bert", "marian")  # tied, untied, a bias kept twice, a second name for the vocabulary's size
_NO_PADDING = "reads no text"  # positions are counted from the padding token, and the new tokenizer has none
REFUSED = {
    "camembert": _NO_PADDING,
    "data2vec-text": _NO_PADDING,
    "roberta": _NO_PADDING,
    "roberta-prelayernorm": _NO_PADDING,
    "xlm": "reads no text",
    "xlm-roberta": _NO_PADDING,
    "xlm-roberta-xl": _NO_PADDING,
    "cpmant": "looks ahead",
    "deepseek_v4": "keeps something else for each token",
    "dory": "keeps something else for each token",
    "moshi": "321 input rows and 320 output rows",
    "prophetnet": "another size",
    "xlnet": "looks ahead",
}


def saved(module: Any, folder: Path) -> Path:
    module.save_pretrained(folder)
    (folder / "tokenizer.json").write_text(byte_level_bpe(ROWS))
    (folder / "tokenizer_config.json").write_text(json.dumps({"eos_token": "<|end|>"}))
    return folder


def transplanted(folder: Path, out: Path) -> None:
    """Written with another tokenizer, and read by transformers alone as the model in memory reads."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = lab(original=open_model(str(folder), device="cpu"), new=byte_bpe(340, "both")).model
    written = export(model, out, "card", {}, TEXTS)
    assert written.bits_per_byte == pytest.approx(score(model, TEXTS).bits_per_byte, rel=1e-6)
    cut, load = AutoTokenizer.from_pretrained(out), AutoModelForCausalLM.from_pretrained
    ids = torch.tensor([cut(TEXTS[0])["input_ids"]])
    with torch.no_grad():
        found = load(out, dtype=torch.float32).eval()(ids, use_cache=False).logits
    assert torch.allclose(found, model.logits(ids), rtol=0, atol=1e-4 * float(found.abs().max()))


@pytest.mark.parametrize(
    "kind", [kind if kind in USUAL else pytest.param(kind, marks=pytest.mark.slow) for kind in kinds()]
)
def test_it_gets_another_tokenizer_and_is_read_by_plain_transformers(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_VET", "off")
    try:
        folder = saved(tiny(kind, ROWS), tmp_path / "base")
    except NotTiny as reason:
        pytest.skip(f"{kind} has no tiny configuration: {reason}")
    if kind in REFUSED:
        with pytest.raises(UserError, match=REFUSED[kind]):
            transplanted(folder, tmp_path / "new")
        assert not (tmp_path / "new").exists()
        return
    transplanted(folder, tmp_path / "new")
