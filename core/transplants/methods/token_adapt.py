"""A blend of a token's old pieces and of old tokens like it, weighted by a text encoder."""

from dataclasses import replace

import torch
from torch import Tensor

from core.common.params import Param, Params
from core.tokenizers.matching import vocabulary_of
from core.tokenizers.spelling import Spelling
from core.transplants.base import Method
from core.transplants.linear.coefficients import Coefficients, concatenated, from_entries, from_table
from core.transplants.linear.nearest import nearest
from core.transplants.linear.spelling_vectors import by_spelling
from core.transplants.needs import ENCODER
from core.transplants.problem import Problem, ProblemSide
from core.transplants.rows import RowOrigin, Rows, composed
from core.transplants.work import TransplantSize, Work, a_row_each, cosines, sums


def rows(side: ProblemSide, params: Params) -> Rows:
    """For each wanted token (1 - w) of its pieces and w of its neighbours."""
    problem = side.problem
    old, new = vocabulary_of(problem.old).pieces, vocabulary_of(problem.new).pieces
    wanted, spellings = side.wanted, side.spellings
    usable = torch.nonzero(side.usable_old).flatten().tolist()
    old_ids = [i for i in usable if _text(old[i])]
    texts = [_text(new[i]) for i in wanted.tolist()]
    known, targets = _encoded(problem, [_text(piece) for piece in old])[old_ids], _encoded(problem, texts)
    temperature = params.number("temperature")
    place_by_id = {i: n for n, i in enumerate(old_ids)}
    lengths = [len(new[i]) for i in wanted.tolist()]
    local = _pieces(spellings, lengths, [len(p) for p in old], targets, known, place_by_id, temperature)
    has_text = torch.tensor([bool(text) for text in texts], dtype=torch.bool)
    places, cosines = nearest(targets, known, params.whole("k"), problem.memory_bytes)
    neighbours = torch.softmax(cosines / temperature, 1) * has_text[:, None]
    spelled = local.lengths > 0
    share = torch.where(has_text, torch.where(spelled, params.number("share"), 1.0), 0.0)  # all of what there is
    blended = _blended(local, torch.tensor(old_ids)[places], neighbours, share)
    nothing = {"it has neither old pieces nor a text to encode": ~has_text & ~spelled}
    remarks = () if problem.resources.encoder else (ENCODER.advice,)
    return composed(side, blended, RowOrigin.SOLVED, nothing, remarks=remarks)


def _encoded(problem: Problem, texts: list[str]) -> Tensor:
    """Vectors of texts, float32 (n, d) on the device; texts are mostly the same on both sides."""
    encode = problem.resources.encoder or by_spelling
    return problem.shared.once(("encoded", *texts), lambda: encode(texts)).float().to(problem.device)


def _text(piece: bytes) -> str:
    """The text of a token; empty for part of a character, which no encoder can read."""
    try:
        return piece.decode()
    except UnicodeDecodeError:
        return ""


def _pieces(
    spellings: list[Spelling],
    lengths: list[int],
    old_lengths: list[int],
    targets: Tensor,
    known: Tensor,
    place_by_id: dict[int, int],
    temperature: float,
) -> Coefficients:
    """Weights of each token's pieces: softmax((softmax(cosines) + shares of length) / 2 / temperature).

    Part of a character is no text and has no cosine; it counts as unlike (0).
    """
    parts, place_of, length_of = [], torch.full((len(old_lengths),), -1), torch.tensor(old_lengths)
    place_of[list(place_by_id)] = torch.tensor(list(place_by_id.values()), dtype=torch.int64)
    for at in range(0, len(spellings), 1024):
        some = spellings[at : at + 1024]
        n_pieces = torch.tensor([len(ids) for ids in some])
        inside = torch.arange(max(1, int(n_pieces.max()))) < n_pieces[:, None]
        ids = torch.zeros(inside.shape, dtype=torch.int64)
        ids[inside] = torch.tensor([i for spelled in some for i in spelled], dtype=torch.int64)
        places = torch.where(inside, place_of[ids], -1)
        shares = torch.where(inside, length_of[ids] / torch.tensor(lengths[at : at + 1024])[:, None], 0.0)
        cosines = _cosines(targets[at : at + 1024], known, places)
        alike = torch.softmax(cosines.masked_fill(~inside, -torch.inf), 1)
        weights = torch.softmax(((alike + shares) / 2 / temperature).masked_fill(~inside, -torch.inf), 1)
        parts.append(from_table(ids, torch.where(inside, weights.nan_to_num(), 0.0)))
    return concatenated(parts)


def _cosines(targets: Tensor, known: Tensor, places: Tensor) -> Tensor:
    """Cosine of each target with the vectors at its places, 0 for none, (b, k) on the CPU; column by column."""
    columns = [
        torch.cosine_similarity(targets, known[places[:, n].clamp(min=0).to(known.device)]).cpu()
        for n in range(places.shape[1])
    ]
    return torch.where(places >= 0, torch.stack(columns, 1), 0.0)


def _blended(local: Coefficients, ids: Tensor, weights: Tensor, share: Tensor) -> Coefficients:
    """(1 - share) of the local weights and share of the others."""
    n, k = ids.shape
    row = torch.cat([local.row_of, torch.arange(n).repeat_interleave(k)])
    all_ids = torch.cat([local.ids, ids.flatten()])
    all_weights = torch.cat([local.weights * (1 - share)[local.row_of], (weights * share[:, None]).flatten()])
    return from_entries(row, all_ids, all_weights, n)


def of_rows(size: TransplantSize, params: Params) -> Work:
    """All tokens are compared with all of the model's, by vectors as wide as spelling gives, and the nearest sorted."""
    compared = replace(size, n_anchors=size.n_old)
    return a_row_each(size, params) + 2 * cosines(compared, 128) + sums(size, params.whole("k"))


METHOD = Method(
    key="token_adapt",
    label="TokenAdapt",
    definition=(
        "A new row blends two means of old rows: of the old tokens that spell the token, weighted by their likeness to "
        "it and their length, and of the old tokens most like it. A text encoder says what is alike; without one, "
        "spelling does. Share, temperature and number are chosen on hidden shared tokens, for each matrix by itself; "
        "published, both have the same weights. Lengths are in bytes, published in characters; pieces "
        "that are half a character are like nothing, where the publication encodes U+FFFD."
    ),
    source="Sharthak et al. 2025, Achieving tokenizer flexibility through heuristic adaptation and supertoken learning",
    make=rows,
    of_rows=of_rows,
    params=(
        Param(
            key="share",
            label="Share of neighbours",
            default=-1.0,
            help="Weight of the neighbours; the pieces get the rest. Published: 0.3.",
            low=0.0,
            high=1.0,
            tried=(0.0, 0.1, 0.3, 0.5, 0.7, 1.0),
            usual=0.3,
        ),
        Param(
            key="temperature",
            label="Temperature",
            default=0.0,
            help="The lower, the more the most alike count. Published: 0.3.",
            low=0.01,
            high=10.0,
            tried=(0.03, 0.1, 0.3, 1.0, 3.0),
            usual=0.3,
        ),
        Param(
            key="k",
            label="Neighbours",
            default=0,
            help="How many old tokens like it. Published: 3.",
            low=1,
            high=100,
            tried=(1, 3, 10, 30, 100),
            usual=3,
        ),
    ),
    better_with=(ENCODER,),
)
