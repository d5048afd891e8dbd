"""Which of many sequences of ids do not come back when their text is cut again?"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from core.common.errors import UserError
from core.common.numbers import count, so_many
from core.probes.drift import Drift, drift_of
from core.probes.drift_check import IN_WORDS, Way, drift_check
from core.probes.drift_kinds import IN_WORDS as KINDS_IN_WORDS
from core.probes.drift_kinds import DriftKind
from core.probes.probe import Asked, Probe
from core.stats.number import Number
from core.stats.shares import share
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.ids import parse_ids
from core.tokenizers.local_tokenizer import local
from core.tokenizers.tokenizer import Tokenizer

_SHOWN = 5  # sequences that drift, for people


@dataclass(frozen=True)
class Drifting:
    """Sequences of ids, and those of them that do not come back.

    Args:
        n, n_tokens: all of them.
        drifted: those that do not come back, by place among all.
        way: in which those that come back were told; the others were cut again.
    """

    n: int
    n_tokens: int
    drifted: Mapping[int, Drift]
    way: Way
    kinds: Mapping[DriftKind, int] = field(init=False)

    def __post_init__(self) -> None:
        found = Counter(one.kind for one in self.drifted.values() if one.kind is not None)
        object.__setattr__(self, "kinds", dict(found.most_common()))

    @property
    def share(self) -> Number:
        """Of the sequences that drift, with its interval."""
        return share(len(self.drifted), self.n)

    def document(self) -> dict[str, object]:
        """It as a JSON document."""
        return {
            "sequences": self.n,
            "tokens": self.n_tokens,
            "drifted": len(self.drifted),
            "share": self.share.value,
            "low": self.share.low,
            "high": self.share.high,
            "told_by": self.way,
            "classes": {kind.value: n for kind, n in self.kinds.items()},
            "first_differences": [
                {"sequence": place, "first": one.first, "class": one.kind and one.kind.value}
                for place, one in self.drifted.items()
            ],
        }

    def sentences(self) -> list[str]:
        """It in words, one line each."""
        found = self.share
        said = [
            f"{count(len(self.drifted))} of {so_many(self.n, 'sequence does', 'sequences do')} not come back, "
            f"{found.value:.1%} "
            f"[{found.low:.1%}, {found.high:.1%}], of {so_many(self.n_tokens, 'token', 'tokens')} in all.",
            f"That the others do was {IN_WORDS[self.way]}.",
            *(f"  {count(n)}: {KINDS_IN_WORDS[kind]}" for kind, n in self.kinds.items()),
        ]
        for place, one in [*self.drifted.items()][:_SHOWN]:
            said += [f"Sequence {count(place + 1)}:", *(f"  {line}" for line in one.sentences())]
        return said


def drifting(tokenizer: str, sequences: str) -> Drifting:
    """Those of a list that do not come back.

    Args:
        tokenizer: its spec.
        sequences: one a line, each as `core.tokenizers.ids.parse_ids` reads it; empty lines are passed over.

    Raises:
        UserError: there are none, a line is no list of ids, or the tokenizer has no entry for one; names the line.
    """
    opened, found = local(open_tokenizer(tokenizer)), list[tuple[int, ...]]()
    for n, line in enumerate(sequences.splitlines(), 1):
        if line.strip():
            try:
                found.append(parse_ids(line))
            except UserError as error:
                raise UserError(f"Line {count(n)}: {error}") from None
    return drifting_of(opened, found)


def drifting_of(tokenizer: Tokenizer, sequences: Sequence[Sequence[int]]) -> Drifting:
    """The same of a tokenizer that is open; sequences without ids are passed over."""
    wanted, size = [one for one in sequences if one], tokenizer.info.n_vocabulary or 0
    if not wanted:
        raise UserError("There are no sequences. Give one a line, such as 9906, 1917.")
    check, drifted = drift_check(tokenizer), dict[int, Drift]()
    for place, ids in enumerate(wanted):
        known = min(ids) >= 0 and max(ids) < size
        if known and check.same(np.array(ids, np.int64)):
            continue
        found = drift_of(tokenizer, ids)
        if found.first is not None:
            drifted[place] = found
    return Drifting(len(wanted), sum(map(len, wanted)), drifted, check.way)


PROBE = Probe(
    key="drifting",
    order=12,
    question="Which of many sequences of ids do not come back when their text is cut again?",
    caution=(
        "Give what a model wrote, token for token: ids that a tokenizer made of a text come back by themselves. A "
        "sequence counts as one whether it drifts once or often, so long ones drift more. Prompts and special tokens "
        "are part of it if you leave them in."
    ),
    source=(
        "As the probe drift; that neighbours stay apart: Phan et al. 2024 (2410.09303) and github/rust-gems, crate "
        "bpe; the interval: Wilson 1927"
    ),
    asked=(
        Asked(key="tokenizer", kind="tokenizer", text="the tokenizer whose ids they are"),
        Asked(key="sequences", kind="text", text="sequences of ids, one a line, such as [9906, 1917]"),
    ),
    find=drifting,
)
