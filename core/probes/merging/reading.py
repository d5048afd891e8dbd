"""A model reads lines in plain tokens and in dynamic ones, and predicts at the same boundaries; loads torch."""

from collections.abc import Sequence
from math import ceil, log

import numpy as np
from numpy.typing import NDArray

from core.common.errors import UserError
from core.common.numbers import count
from core.common.progress import report
from core.evaluation.passes.cells import Cell, figures, minus, quotient
from core.models.language_model import LanguageModel
from core.probes.merging.found import SHARES, DynamicTokens, MergedReading, MergedTokens
from core.probes.merging.lines import MergedLine, TokenLine, merged_lines, n_merges, token_lines
from core.probes.merging.widened import WidenedModel, mean_rows, nats_behind, widened
from core.transplants.hypernetworks.opening import Hypernetwork, check_fits, open_hypernetwork
from core.transplants.hypernetworks.predicting import predicted_rows

Floats = NDArray[np.float64]
Starts = Sequence[Sequence[int]]
_LN2 = log(2)
_MEMORY = 2**28  # bytes that a block of predicted rows may take
_SEED = 0


def read_merged(model: LanguageModel, hypernetwork: str, text: str, merges: int) -> DynamicTokens:
    """What `core.probes.dynamic_tokens` tells, of a model that is open.

    Args:
        hypernetwork: what opens it.

    Raises:
        UserError: as `read_merged_by`; or the hypernetwork is none, or of another model.
    """
    one = open_hypernetwork(hypernetwork, model.device.type)
    check_fits(one, model)
    return read_merged_by(model, one, text, merges)


def read_merged_by(model: LanguageModel, one: Hypernetwork, text: str, merges: int) -> DynamicTokens:
    """The same with a hypernetwork that is open and fits.

    Raises:
        UserError: nothing can be merged, a line is longer than the model looks back, or memory does not suffice.
    """
    lines = token_lines(text, model.tokenizer)
    _refuse_long(model, lines)
    most = n_merges(lines, merges)
    if not most:
        raise UserError(
            "No two tokens stand beside each other within a word of this text twice, so that nothing is merged. Give a "
            "longer text."
        )
    by_merges = {n: merged_lines(lines, n)[0] for n in sorted({ceil(share * most) for share in SHARES})}
    spelled = sorted({each for many in by_merges.values() for each in _merged(many)})
    here = predicted_rows(one, model.matrices(), spelled, model.device, _MEMORY)
    models = [widened(model, spelled, rows) for rows in (here.sides[0], mean_rows(model, spelled))]
    common = _boundaries(lines, by_merges[most])
    every = [range(1, len(line.ids)) for line in lines]
    plain = nats_behind(models[0], [MergedLine(tuple((i,) for i in line.ids)) for line in lines], every)
    rows = list[MergedTokens]()
    for n, many in by_merges.items():
        report(len(rows), len(by_merges), f"{model.name} reads {count(n)} merges")
        rows.append(_row(n, many, lines, common, plain, models, one.layout.longest))
    line, shrunk = max(zip(lines, by_merges[most], strict=True), key=lambda pair: _n_saved(*pair))
    needed = _at(common, every, plain)
    sizes = _sizes(lines, common)
    return DynamicTokens(
        model=model.name,
        fingerprint=model.fingerprint,
        hypernetwork=one.name,
        hypernetwork_fingerprint=one.fingerprint,
        n_lines=len(lines),
        n_bytes=sum(len(piece) for line in lines for piece in line.pieces),
        n_tokens=sum(len(line.ids) for line in lines),
        n_compared=sum(map(len, common)),
        compared_bytes=int(sizes.sum()),
        plain=figures(_all(lines), np.stack([needed, sizes]), [quotient(0, 1, _LN2)], _SEED)[0],
        rows=tuple(rows),
        example=shrunk.pieces(line),
        example_plain=len(line.ids),
    )


def _row(
    merges: int,
    many: Sequence[MergedLine],
    lines: Sequence[TokenLine],
    common: Starts,
    plain: Sequence[Floats],
    models: Sequence[WidenedModel],
    longest: int,
) -> MergedTokens:
    own = _boundaries(lines, many)
    every = [range(1, len(line.ids)) for line in lines]
    nats = [nats_behind(model, many, own) for model in models]
    # At the common boundaries: bytes, plain, predicted, mean; and the same at these tokens' own.
    sums = [_sizes(lines, common), _at(common, every, plain), *(_at(common, own, each) for each in nats)]
    sums += [_sizes(lines, own), _at(own, every, plain), *(_at(own, own, each) for each in nats)]
    bits = [quotient(n, 0, _LN2) for n in (1, 2, 3)] + [quotient(n, 4, _LN2) for n in (5, 6, 7)]
    asked = [bits[1], bits[2], minus(bits[1], bits[0]), minus(bits[2], bits[0])]
    asked += [minus(bits[4], bits[3]), minus(bits[5], bits[3]), minus(bits[2], bits[1])]
    found = figures(_all(lines), np.stack(sums), asked, _SEED)
    different = _merged(many)
    return MergedTokens(
        merges=merges,
        n_tokens=sum(len(line.spelled) for line in many),
        n_different=len(different),
        n_longer=sum(len(each) > longest for each in different),
        own_bytes=int(sums[4].sum()),
        predicted=MergedReading(found[0], found[2], found[4]),
        mean=MergedReading(found[1], found[3], found[5]),
        apart=found[6],
    )


def _n_saved(line: TokenLine, merged: MergedLine) -> int:
    return len(line.ids) - len(merged.spelled)


def _merged(many: Sequence[MergedLine]) -> set[tuple[int, ...]]:
    return {each for line in many for each in line.spelled if len(each) > 1}


def _boundaries(lines: Sequence[TokenLine], many: Sequence[MergedLine]) -> list[list[int]]:
    """Of each line, places of the tokens that follow a boundary of dynamic ones and stand for bytes of the text."""
    return [
        [at for at in found.place_by_start if at and line.pieces[at]] for line, found in zip(lines, many, strict=True)
    ]


def _at(wanted: Starts, there: Starts, nats: Sequence[Floats]) -> Floats:
    """Sums per line, (N,), of what is needed for the wanted tokens among those that are there."""
    return np.array(
        [
            each[np.isin(np.array(have, np.int64), np.array(want, np.int64))].sum()
            for want, have, each in zip(wanted, there, nats, strict=True)
        ]
    )


def _sizes(lines: Sequence[TokenLine], starts: Starts) -> Floats:
    """Bytes of these tokens in each line, (N,)."""
    return np.array([sum(len(line.pieces[at]) for at in each) for line, each in zip(lines, starts, strict=True)], float)


def _all(lines: Sequence[TokenLine]) -> Cell:
    return Cell("", "", (np.arange(len(lines)),))


def _refuse_long(model: LanguageModel, lines: Sequence[TokenLine]) -> None:
    """What a model cannot look back on is said before it reads."""
    longest = max(lines, key=lambda line: len(line.ids))
    n = len(longest.ids) + (model.bos is not None)
    if model.max_tokens is not None and n > model.max_tokens:
        said = b"".join(longest.pieces).decode(errors="replace")[:40]
        raise UserError(
            f"{model.name} looks back on {count(model.max_tokens)} tokens, and the line that begins with {said} has "
            f"{count(n)}. Break it into shorter lines."
        )
