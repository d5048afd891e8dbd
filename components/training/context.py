"""What the closer views draw from."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from components.training.looks import run_name
from core.training.recipe import Trained
from core.training.runs import by_run, run_key, run_of


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
        """Those of each run, smaller ones first, by what a link calls it."""
        recipes, found = [one.recipe for one in self.made], by_run(self.made)
        return {run_key(one, recipes): found[run_of(one)] for one in recipes}

    def run_label(self, name: str) -> str:
        """What such a run is called."""
        return run_name(self.runs[name][0], self.made)
