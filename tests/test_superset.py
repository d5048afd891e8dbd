"""A vocabulary that only gained tokens: on text of tokens that both have, the model is what it was."""

import json

import pytest
import torch

from core.transplants.base import METHODS, transplant
from core.transplants.problem import Problem
from tests.lab import ENGLISH, byte_bpe, llama, tokenizer_of

GAINED = (("z", "q"), ("q", "x"), ("zq", "qx"))  # merges that no English text needs
WITHOUT_DONOR = [key for key, one in METHODS.all().items() if not one.needs and not one.control]


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("key", WITHOUT_DONOR)
def test_shared_tokens_have_their_hidden_states_and_logits(key: str, tied: bool) -> None:
    old = byte_bpe(300)
    serialised = old.serialised()
    assert serialised is not None
    document = json.loads(serialised.data)
    for n, pair in enumerate(GAINED):
        document["model"]["vocab"]["".join(pair)] = 300 + n
        document["model"]["merges"].append(list(pair))
    new = tokenizer_of(json.dumps(document))
    model = llama(old, 1, tied=tied)
    made = transplant(Problem(old, new, model.matrices(), old_roles=model.special_ids), METHODS.get(key))
    changed = model.with_matrices(made.matrices, new, made.special_ids)
    for text in ENGLISH:
        ids = old.segment(text).ids
        assert new.segment(text).ids.tolist() == ids.tolist()
        read = torch.from_numpy(ids).long()[None]
        for before, after in zip(model.hidden(read), changed.hidden(read), strict=True):
            assert torch.equal(before, after)
        assert torch.allclose(model.logits(read)[..., :300], changed.logits(read)[..., :300], rtol=0, atol=1e-6)
    assert new.segment("zqqx").ids.tolist() == [302]
