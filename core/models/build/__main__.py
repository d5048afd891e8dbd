"""`python -m core.models.build [NAME ...]`: train the shipped models, or those named, and write their folders.

A run that was broken off goes on where it was; what it had reached lies in the cache until the folder is written.
"""

import json
import shutil
import sys
import time
from typing import Any

import torch
from tokenizers import Tokenizer

from core.common.atomic import write_whole
from core.common.errors import UnknownName, UserError
from core.common.home import home
from core.common.progress import listening
from core.models.build import texts, vocabularies
from core.models.build.card import card, manifest
from core.models.build.folder import write
from core.models.build.quality import SENTENCES, TEXT, baselines, judged
from core.models.build.recipe import RECIPES, Recipe
from core.models.build.texts import Part
from core.models.build.train import train
from core.models.device import pick_device
from core.models.load import open_model
from core.models.shipped import SHIPPED, shipped


def main(wanted: list[str]) -> int:
    """Make them; 2 where something is missing."""
    recipes = {recipe.name: recipe for recipe in RECIPES}
    try:
        for name in wanted:
            if name not in recipes:
                raise UnknownName("model", name, recipes)
        device = pick_device()
        torch.set_num_threads(1)  # sums in one order, so that a CPU gives the same bits again
        parts = texts.parts()
        with listening(_Printer()):
            for name in wanted or recipes:
                make(recipes[name], parts, device)
            if set(recipes) <= set(shipped()):
                describe(parts, device)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def make(recipe: Recipe, parts: list[Part], device: torch.device) -> None:
    """Train one and write its folder."""
    folder = home("model-training", recipe.name)
    if not (folder / "tokenizer.json").is_file():
        vocabularies.make(recipe, parts).save(str(folder / "tokenizer.json"), pretty=False)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    module = train(recipe, tokenizer, parts, device, folder / "state.pt")
    write(module, tokenizer, vocabularies.SPECIALS[recipe.name], SHIPPED / recipe.name)
    shutil.rmtree(folder)


def describe(parts: list[Part], device: torch.device) -> None:
    """Measure all of them on text they never saw, and write figures and cards."""
    held_out = texts.devtest()
    quality: dict[str, Any] = {"text": TEXT, "sentences": SENTENCES, "baselines": baselines(held_out), "models": {}}
    for recipe in RECIPES:
        model = open_model(f"shipped:{recipe.name}", device.type)
        quality["models"][recipe.name] = {
            "parameters": model.n_parameters,
            "device": device.type,
            "steps": recipe.steps,
            "tokenizer": model.tokenizer.info.fingerprint,
            "model": model.fingerprint,
            "languages": judged(model, held_out),
        }
    read = manifest(parts)
    for name, value in (("texts", read), ("quality", quality)):
        write_whole(SHIPPED / f"{name}.json", (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode())
    for recipe in RECIPES:
        write_whole(SHIPPED / recipe.name / "README.md", card(recipe, quality, read).encode())


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
