"""FOCUS, WECHSEL and OMP give the rows that their authors' packages give, from the same vectors of tokens.

The packages are no requirement; where these tests shall run, in an environment of their own:
`pip install deepfocus==1.0.1 mergekit==0.1.5 wechsel==0.0.4`.
"""

from collections.abc import Mapping
from types import MappingProxyType, SimpleNamespace

import numpy as np
import pytest
import torch
from torch import Tensor

from core.transplants.base import METHODS, transplant
from core.transplants.linear.pursuit import published
from core.transplants.linear.word_vectors import WordVectors
from core.transplants.problem import Problem
from core.transplants.resources import Resources
from tests.lexicons import lexicon, random_matrices

pytestmark = pytest.mark.slow
D, WIDTH = 24, 16
WORDS = [f" word{n}".encode() for n in range(60)]
OURS, THEIRS = WORDS[:40], WORDS[20:]  # twenty are shared


def _vectors(n: int, seed: int) -> Tensor:
    return torch.randn(n, WIDTH, generator=torch.Generator().manual_seed(seed))


def test_focus_gives_the_rows_of_deepfocus() -> None:
    reason = "deepfocus is not installed: pip install deepfocus==1.0.1"
    focus = pytest.importorskip("deepfocus.focus", reason=reason, exc_type=ImportError)
    old, new = lexicon(OURS), lexicon(THEIRS)
    base, auxiliary = random_matrices(len(old.vocabulary), D, 0, tied=True), _vectors(len(new.vocabulary), 1)
    problem = Problem(old, new, base, resources=Resources(token_vectors=auxiliary))
    side, made = problem.sides["input"], transplant(problem, METHODS.get("focus")).matrices.input

    def view(new_id: int, row: Tensor | None = None) -> object:
        token = SimpleNamespace(id=new_id, native_form=str(new_id))
        return SimpleNamespace(
            target=token, descriptor=str(new_id), auxiliary_embedding=auxiliary[new_id], source_embedding=row
        )

    shared = {
        str(n): view(n, base.input[o])
        for n, o in zip(side.anchors.new.tolist(), side.anchors.old.tolist(), strict=True)
    }
    wanted = {str(n): view(n) for n in side.wanted.tolist()}
    theirs = focus.focus_additional_token_initialization(shared, wanted, torch.zeros_like(made), "cpu")
    torch.testing.assert_close(made[side.wanted], theirs[side.wanted], rtol=1e-4, atol=1e-5)


def test_wechsel_gives_the_rows_of_wechsel() -> None:
    reason = "wechsel is not installed: pip install wechsel==0.0.4"
    official = pytest.importorskip("wechsel", reason=reason, exc_type=ImportError)
    old, new = lexicon(OURS), lexicon(THEIRS)
    base = random_matrices(len(old.vocabulary), D, 0, tied=True)
    words = [[word.decode().strip() for word in some] for some in (OURS, THEIRS)]
    vectors = [WordVectors(some, _vectors(len(some), seed)) for seed, some in enumerate(words)]
    resources = Resources(
        old_vectors=vectors[0], new_vectors=vectors[1], dictionary=list(zip(words[0], words[1], strict=True))
    )
    problem = Problem(old, new, base, resources=resources)
    method = METHODS.get("wechsel")
    made = transplant(problem, method, {"k": 5, "temperature": 0.1}).matrices.input
    turned, known = _turned(vectors, old.vocabulary.pieces, new.vocabulary.pieces)
    theirs, *_ = official.create_target_embeddings(
        known, turned, _Ids(len(known)), _Ids(len(turned)), base.input.numpy(), neighbors=5, verbose=False
    )
    wanted = problem.sides["input"].wanted
    torch.testing.assert_close(made[wanted], torch.from_numpy(theirs)[wanted].to(made), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("k", [1, 8, WIDTH - 1])
def test_omp_as_published_takes_mergekits_atoms_with_its_weights(k: int) -> None:
    reason = "mergekit is not installed: pip install mergekit==0.1.5"
    official = pytest.importorskip("mergekit.tokensurgeon.omp", reason=reason, exc_type=ImportError)
    targets, atoms = _vectors(50, 3), _vectors(40, 4)
    found = published(targets, atoms, k, 2**30)
    ids, weights = official.batch_omp(targets, atoms, k)
    assert torch.equal(found.ids, ids) and torch.equal(found.weights, weights)


def _turned(vectors: list[WordVectors], old: list[bytes], new: list[bytes]) -> tuple[np.ndarray, np.ndarray]:
    """Vectors of the new tokens turned onto those of the old ones, by the same pairs; zero for tokens in no word."""
    unit_old, unit_new = (torch.nn.functional.normalize(v.vectors, dim=1).double().numpy() for v in vectors)
    left, _, right = np.linalg.svd(unit_new.T @ unit_old)
    by_piece: list[Mapping[bytes, np.ndarray]] = [
        {b" " + word.encode(): row for word, row in zip(v.words, v.vectors.double().numpy(), strict=True)}
        for v in vectors
    ]
    tables = [
        np.array([known.get(piece, np.zeros(WIDTH)) for piece in pieces])
        for known, pieces in zip(by_piece, (old, new), strict=True)
    ]
    return tables[1] @ (left @ right), tables[0]


class _Ids:
    """As much of a tokenizer as the package asks for: ids that are their own tokens."""

    special_tokens_map: Mapping[str, str] = MappingProxyType({})

    def __init__(self, size: int) -> None:
        self.vocab = {str(n): n for n in range(size)}

    def __len__(self) -> int:
        return len(self.vocab)

    def convert_ids_to_tokens(self, ids: object) -> object:
        return [str(i) for i in ids] if hasattr(ids, "__iter__") else str(ids)
