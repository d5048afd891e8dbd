"""`python -m core.models.build [NAME ...]`: train the shipped models, or those named, and write their folders.

A run that was broken off goes on where it was; what it had reached lies in the cache until the folder is written.
"""

import sys
import time

import torch
from tokenizers import Tokenizer

from core.errors import UnknownName, UserError
from core.home import home
from core.models.build import texts, vocabularies
from core.models.build.recipe import RECIPES, Recipe
from core.models.build.texts import Part
from core.models.build.train import train
from core.models.device import pick_device
from core.progress import listening


def main(wanted: list[str]) -> int:
    """Make them; 2 where something is missing."""
    try:
        recipes = {recipe.name: recipe for recipe in RECIPES}
        for name in wanted:
            if name not in recipes:
                raise UnknownName("model", name, recipes)
        device = pick_device()
        torch.set_num_threads(1)  # sums in one order, so that a CPU gives the same bits again
        parts = texts.parts()
        for name in wanted or recipes:
            with listening(_Printer()):
                make(recipes[name], parts, device)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def make(recipe: Recipe, parts: list[Part], device: torch.device) -> None:
    """Train one."""
    folder = home("model-training", recipe.name)
    if not (folder / "tokenizer.json").is_file():
        vocabularies.make(recipe, parts).save(str(folder / "tokenizer.json"), pretty=False)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    train(recipe, tokenizer, parts, device, folder / "state.pt")


class _Printer:
    """Says how far a step is, a few times a minute."""

    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self, done: int, total: int, stage: str) -> None:
        if time.monotonic() >= self._next or done == total:
            self._next = time.monotonic() + 10
            print(f"{done:,}/{total:,} {stage}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
