"""The best ways to cut a piece under a Unigram model, by an exact n-best Viterbi search."""

from collections.abc import Mapping

from core.common.errors import UserError
from core.tokenizers.explain.limit import check_length
from core.tokenizers.tokenizer import Path


def n_best(
    piece: str, scores: Mapping[str, float], n: int, unknown_score: float, longest: int | None = None
) -> tuple[Path, ...]:
    """The `n` cuts of highest total score, best first; fewer where there are fewer cuts.

    Keeping the `n` best cuts of every prefix is exact, since the score of a cut is the sum of its parts. Among equal
    scores the one with the longer last part comes first, as in SentencePiece and tokenizers.

    Args:
        piece: one pre-token, normalised, with its `▁` where the model has one.
        scores: log-probability in nats per vocabulary entry.
        n: how many to return.
        unknown_score: score of a character that is no entry of its own; SentencePiece's is its lowest score - 10.
        longest: characters in the longest entry, where the caller knows it; else it is looked for.

    Raises:
        TooLarge: over 2,000 characters.
        UserError: `n` is below 1.

    Source: Kudo 2018, Subword Regularization.

    >>> scores = {"a": -1.0, "b": -1.5, "ab": -2.0}
    >>> [(path.symbols, path.score) for path in n_best("ab", scores, 2, -20.0)]
    [((b'ab',), -2.0), ((b'a', b'b'), -2.5)]
    """
    check_length(len(piece))
    if n < 1:
        raise UserError(f"There is no list of the {n} best cuts. Ask for at least 1.")
    longest = max(map(len, scores), default=1) if longest is None else longest
    # per position the best cuts of the text before it: (score, start of the last part, place in the list at that start)
    best: list[list[tuple[float, int, int]]] = [[(0.0, 0, 0)]]
    for end in range(1, len(piece) + 1):
        cuts = []
        for start in range(max(0, min(end - longest, end - 1)), end):
            score = scores.get(piece[start:end])
            if score is None and start == end - 1:
                score = unknown_score
            if score is not None:
                cuts += [(before[0] + score, start, place) for place, before in enumerate(best[start])]
        best.append(sorted(cuts, key=lambda cut: (-cut[0], cut[1], cut[2]))[:n])
    return tuple(_path(piece, best, place) for place in range(len(best[-1])))


def _path(piece: str, best: list[list[tuple[float, int, int]]], place: int) -> Path:
    """Follow one cut back from the end of the piece."""
    symbols, end, total = [], len(piece), best[-1][place][0]
    while end:
        _, start, place = best[end][place]
        symbols.append(piece[start:end].encode())
        end = start
    return Path(tuple(reversed(symbols)), total)
