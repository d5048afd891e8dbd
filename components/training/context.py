"""What the closer views draw from."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from components.training.charts import trainer_label
from core.training.recipe import Trained


@dataclass(frozen=True, eq=False)
class TrainingContext:
    """Trained tokenizers, at least one, in the order in which they were asked for."""

    made: Sequence[Trained]

    @cached_property
    def sizes(self) -> list[int]:
        """Of vocabularies, ascending."""
        return sorted({one.n_vocabulary for one in self.made})

    @cached_property
    def runs(self) -> dict[str, list[Trained]]:
        """Those of each trainer and seed, smaller ones first, by what a link calls them."""
        found: dict[str, list[Trained]] = {}
        for one in sorted(self.made, key=lambda one: one.n_vocabulary):
            name = one.recipe.trainer + (f"~{one.recipe.seed}" if one.recipe.seed else "")
            found.setdefault(name, []).append(one)
        order = {name: min(self.made.index(one) for one in ones) for name, ones in found.items()}
        return {name: found[name] for name in sorted(found, key=order.__getitem__)}

    def run_label(self, name: str) -> str:
        """What such a run is called."""
        return trainer_label(self.runs[name][0])
