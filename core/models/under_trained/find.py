"""Under-trained tokens of a model: candidates by their rows, verified by prompts."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from core.common.codec import APART
from core.common.errors import UserError
from core.common.numbers import count
from core.common.progress import report
from core.models.language_model import LanguageModel
from core.models.under_trained.indicators import indicator
from core.models.under_trained.known_unused import known_unused
from core.models.under_trained.prompts import PROMPTS, gapped
from core.models.under_trained.repeating import SETTLED, repetition
from core.vocabulary.audit import AUDITS
from core.vocabulary.entries import Entries, Ids, entries_of

SHARE = 0.02  # of the tokens, those whose rows look least trained are candidates, as published
VERIFIED = 0.01  # a candidate with less probability in every prompt is under-trained, as the paper has it
# How the authors' release grades the highest probability, from the lowest on.
GRADES = (
    (0.001, "strongly verified"),
    (0.1, "weakly verified"),
    (SETTLED, "weakly rejected"),
    (float("inf"), "strongly rejected"),
)
NOT_ASKED = "not asked for"
N_CONTROLS = 50  # tokens with ordinary rows that are asked for too: a model that cannot say those verifies nothing


@dataclass(frozen=True)
class TokenAsked:
    """A token whose row looks untrained.

    Args:
        id: its id.
        piece: its bytes in hexadecimal.
        indicator: of its row; lower is less trained.
        said: highest probability of the token after each of `PROMPTS`, 0 to 1; NaN after those that were not needed,
            since another gave it over 0.9; empty if the model was not asked.
    """

    id: int
    piece: str
    indicator: float
    said: tuple[float, ...]

    @property
    def text(self) -> str:
        """With escapes for what is no character."""
        return bytes.fromhex(self.piece).decode(errors="backslashreplace")

    @property
    def probability(self) -> float:
        """The highest of all prompts; NaN if it was not asked."""
        return max((p for p in self.said if not isnan(p)), default=float("nan"))

    @property
    def verified(self) -> bool:
        """Whether the model cannot say it: less than `VERIFIED` everywhere."""
        return bool(self.said) and self.probability < VERIFIED

    @property
    def grade(self) -> str:
        """In the words of the authors' release.

        >>> [TokenAsked(0, "", 0.0, (p,)).grade for p in (0.0, 0.05, 0.5, 0.95)]
        ['strongly verified', 'weakly verified', 'weakly rejected', 'strongly rejected']
        """
        return next(name for limit, name in GRADES if self.probability <= limit) if self.said else NOT_ASKED


@dataclass(frozen=True, eq=False)
class UnderTrained:
    """What a model's rows and its answers say about which tokens it hardly knows.

    Args:
        model: its name.
        spec: what opens it.
        fingerprint: of weights and tokenizer.
        indicator: which one, of `core.models.under_trained.indicators`.
        values: of each row, float64 (V,).
        compared: whether a row's token is one that text can be cut into, whole characters and not special, bool (V,).
        unused: ids that are known to be unused, int64 (n,).
        why_unused: how that is known, with the number of ids.
        threshold: highest indicator of a candidate.
        candidates: those at most there, lowest first.
        controls: other tokens, drawn by chance, asked for in the same way; empty if the model was not asked.
        shown: how often each of `PROMPTS` shows the token before it is asked for; fewer than published where the model
            cannot look back so far; empty if it was not asked.
        notes: what a user of these numbers should know, one sentence each.
    """

    model: str
    spec: str
    fingerprint: str
    indicator: str
    values: Annotated[NDArray[np.float64], APART]
    compared: Annotated[NDArray[np.bool_], APART]
    unused: Annotated[Ids, APART]
    why_unused: tuple[tuple[str, int], ...]
    threshold: float
    candidates: tuple[TokenAsked, ...]
    controls: tuple[TokenAsked, ...]
    shown: tuple[int, ...]
    notes: tuple[str, ...] = ()

    @property
    def verified(self) -> tuple[TokenAsked, ...]:
        """The candidates that the model cannot say."""
        return tuple(token for token in self.candidates if token.verified)

    @property
    def n_controls_said(self) -> int:
        """How many of the controls the model can say."""
        return sum(not token.verified for token in self.controls)


def under_trained(
    model: LanguageModel,
    share: float = SHARE,
    ask: bool = True,
    unused: Sequence[int] = (),
    most: int | None = None,
) -> UnderTrained:
    """The tokens that a model hardly knows.

    Args:
        share: of the tokens that text can be cut into, the candidates, over 0 to 1.
        ask: verify candidates by asking the model to repeat them.
        unused: ids known to be unused; empty finds them.
        most: candidates that are asked for, those whose rows look least trained; None asks for all.

    Raises:
        UserError: nothing is known to compare tied rows with, a share or number out of range, or the model cannot be
            asked.
    """
    if not 0 < share <= 1:
        raise UserError(f"A share of {share:g} of the tokens cannot be looked at. Name one over 0, at most 1.")
    if most is not None and most < 1:
        raise UserError(f"{count(most)} candidates cannot be asked for. Name 1 or more, or look at rows alone.")
    report(0, 0, "Reading rows")
    entries = entries_of(model.tokenizer)
    matrices = model.matrices()
    known = known_unused(entries, matrices.head, unused)
    found = indicator(matrices, known.ids)
    compared = _compared(entries, known.ids, model.n_rows)
    chosen, threshold = _lowest(found.values, compared, share)
    prompts = gapped(model, entries, np.flatnonzero(compared)) if ask else []
    controls = _controls(np.flatnonzero(compared & (found.values > threshold))) if ask else chosen[:0]
    asked_for = np.concatenate([chosen[:most], controls])
    said = dict(zip(asked_for.tolist(), repetition(model, prompts, asked_for).tolist(), strict=True))
    asked = [
        TokenAsked(i, entries.pieces[i].hex(), float(found.values[i]), tuple(said.get(i, ())))
        for i in [*chosen.tolist(), *controls.tolist()]
    ]
    return UnderTrained(
        model=model.name,
        spec=model.spec,
        fingerprint=model.fingerprint,
        indicator=found.key,
        values=found.values,
        compared=compared,
        unused=known.ids,
        why_unused=tuple((name, len(ids)) for name, ids in known.by_group.items()),
        threshold=threshold,
        candidates=tuple(asked[: len(chosen)]),
        controls=tuple(asked[len(chosen) :]),
        shown=tuple(prompt.times for prompt in prompts),
        notes=(
            *_notes(model, [prompt.times for prompt in prompts], asked[len(chosen) :]),
            *_not_all(len(chosen), most if ask else None),
        ),
    )


def _controls(ids: Ids) -> Ids:
    draws = np.random.default_rng(0)
    return np.sort(draws.choice(ids, min(N_CONTROLS, len(ids)), replace=False))


def _compared(entries: Entries, unused: Ids, n_rows: int) -> NDArray[np.bool_]:
    """Rows of tokens that text can be cut into, as `UnderTrained.compared`."""
    whole = np.zeros(n_rows, np.bool_)
    size = min(n_rows, len(entries))
    whole[:size] = [text is not None for text in entries.texts[:size]]
    whole[:size] &= entries.textual[:size]
    for ids in (unused, AUDITS.get("unreachable").find(entries).ids):
        whole[ids[ids < n_rows]] = False
    return whole


def _lowest(values: NDArray[np.float64], compared: NDArray[np.bool_], share: float) -> tuple[Ids, float]:
    """Ids of the candidates, lowest first, and the threshold that makes them so.

    Raises:
        UserError: there is nothing to compare.
    """
    if not compared.any():
        raise UserError("No token of this model is whole characters that a text can be cut into: nothing to compare.")
    threshold = float(np.percentile(values[compared], 100 * share))
    chosen = np.flatnonzero(compared & (values <= threshold))
    return chosen[np.argsort(values[chosen], kind="stable")], threshold


def _not_all(n_candidates: int, most: int | None) -> tuple[str, ...]:
    """A note where not every candidate was asked for."""
    if most is None or most >= n_candidates:
        return ()
    return (
        f"Of {count(n_candidates)} candidates only the {count(most)} whose rows look least trained were asked for.",
    )


def _notes(model: LanguageModel, shown: Sequence[int], controls: Sequence[TokenAsked]) -> tuple[str, ...]:
    notes = list[str]()
    n_said = sum(not token.verified for token in controls)
    if controls and 2 * n_said < len(controls):
        notes.append(
            f"The model can say only {n_said} of {len(controls)} other tokens, drawn by chance, so that a candidate "
            "which it cannot say need not be under-trained: go by its row."
        )
    if model.matrices().bias is not None:
        notes.append("The head has a bias, which can hold down a token whatever its row; it is not looked at.")
    most = model.max_tokens
    if most is not None and any(times < prompt.times for prompt, times in zip(PROMPTS, shown, strict=False)):
        notes.append(
            f"The model looks back on {count(most)} tokens, so that prompts show a token fewer times than "
            "published, and a model that could learn to repeat it there may not."
        )
    return tuple(notes)
