"""How a trained tokenizer is called and drawn beside others: the same in every picture of a plan."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from components.widgets.colours import OKABE_ITO
from core.common.numbers import count
from core.training.family import SHIPPED
from core.training.recipe import Trained, TrainingRecipe
from core.training.runs import TrainingRun, run_label, run_of, way_of
from core.training.trainer import TRAINERS

_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "star", "cross", "triangle-down")
_DASHES, _MARKS = ("solid", "dash", "dot", "dashdot", "longdash"), ("", "-open")


def label_of(one: Trained, among: Sequence[Trained]) -> str:
    """What it is called beside others, with its size: `BPE on bytes, gpt2, 4,096, seed 1`."""
    plain, whole = run_name(one, among, with_seed=False), run_name(one, among)
    return f"{plain}, {count(one.n_vocabulary)}{whole.removeprefix(plain)}"


def run_name(one: Trained, among: Sequence[Trained], *, with_seed: bool = True) -> str:
    """The same without its size."""
    return run_label(one.recipe, [other.recipe for other in among], with_seed=with_seed)


@dataclass(frozen=True)
class RunLook:
    """How a run is drawn in every picture of a plan, and what its legend says; seeds are drawn alike."""

    name: str
    colour: str
    symbol: str
    dash: str

    def named(self, before: Sequence[go.Scatter]) -> dict[str, object]:
        """Its part of a legend, in which it stands once.

        Args:
            before: traces that are there already.
        """
        there = self.name in {trace.legendgroup for trace in before}
        return {"name": self.name, "legendgroup": self.name, "showlegend": not there}


def looks_of(made: Sequence[Trained]) -> dict[TrainingRun, RunLook]:
    """The look of each run.

    A trainer has its colour, whichever others are there; in what else it differs is told by dashes and marks.
    Where one trainer alone was trained in several ways, each way has a colour and a mark.
    """
    recipes = [one.recipe for one in made]
    ways = {run_of(one): way_of(one, recipes) for one in recipes}
    one_trainer = len({run.trainer for run in ways}) == 1
    order = list(dict.fromkeys(sorted(ways.values(), key=bool)))  # one of which nothing is told first
    return {
        run_of(one): _look(one, run_label(one, recipes, with_seed=False), order.index(ways[run_of(one)]), one_trainer)
        for one in recipes
    }


def _look(one: TrainingRecipe, name: str, way: int, one_trainer: bool) -> RunLook:
    """
    Args:
        way: its place among the ways in which trainers were trained.
    """
    if one_trainer and way:
        return RunLook(name, *_nth(_place(one.trainer) + way), _DASHES[0])
    colour, symbol = _nth(_place(one.trainer))
    more, mark = divmod(way, len(_MARKS))
    symbol = _SYMBOLS[(_SYMBOLS.index(symbol) + more) % len(_SYMBOLS)] + _MARKS[mark]
    return RunLook(name, colour, symbol, _DASHES[way % len(_DASHES)])


def _place(trainer: str) -> int:
    """
    Those that ship stand beside each other most often, so colours go to them first.
    """
    return [*SHIPPED, *(other for other in TRAINERS.all() if other not in SHIPPED)].index(trainer)


def _nth(place: int) -> tuple[str, str]:
    """Colour and mark, of which no two places of the first sixty have the same.

    >>> len({_nth(place) for place in range(60)})
    60
    """
    again, colour = divmod(place, len(OKABE_ITO))
    return OKABE_ITO[colour], _SYMBOLS[(colour + 3 * again) % len(_SYMBOLS)]
