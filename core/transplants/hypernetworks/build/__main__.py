"""`python -m core.transplants.hypernetworks.build`: train the hypernetwork that ships, judge it, and write its folder.

Some minutes of one processor; needs the data folder beside the repository. The same text and kind of processor give the
same file.
"""

import json
import sys
import time
from typing import Any

import torch
from safetensors.torch import save

from core.common.atomic import write_whole
from core.common.errors import UserError
from core.common.printed_progress import PrintedProgress
from core.common.progress import listening
from core.models.build.quality import judged
from core.models.build.texts import devtest, parts
from core.models.language_model import LanguageModel
from core.models.load import open_model
from core.tokenizers.matching import vocabulary_of
from core.transplants.base import METHODS, transplant
from core.transplants.hypernetworks.build.card import card
from core.transplants.hypernetworks.build.train import train
from core.transplants.hypernetworks.opening import SHIPPED, open_hypernetwork
from core.transplants.hypernetworks.shape import NetworkShape, config_of
from core.transplants.problem import Problem
from core.transplants.resources import Resources

MODEL, UNSEEN = "tiny-english", "tiny-world"  # whose tokenizer it was not trained on
LONGEST, LAYERS, HIDDEN, MIDDLE, HEADS = 24, 2, 128, 256, 4


def main() -> int:
    """Make it; 2 where something is missing."""
    torch.set_num_threads(1)  # sums in one order, so that a processor gives the same bits again
    try:
        model = open_model(f"shipped:{MODEL}", "cpu", "float32")
        texts = parts(manuals=False)
        start = time.process_time()
        with listening(PrintedProgress()):
            network, facts = train(model, layout_for(model), texts)
        seconds = time.process_time() - start
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    weights = {name: values.half().contiguous() for name, values in network.state_dict().items()}
    folder = SHIPPED / MODEL
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "config.json", (json.dumps(config_of(network.layout), indent=1) + "\n").encode())
    write_whole(folder / "model.safetensors", save(weights))
    unseen = open_model(f"shipped:{UNSEEN}", "cpu").tokenizer
    fresh = set(vocabulary_of(unseen).pieces) - set(vocabulary_of(model.tokenizer).pieces)
    about: dict[str, Any] = {
        "seconds": round(seconds),
        "parameters": sum(values.numel() for values in network.parameters()),
        "first": facts.first,
        "last": facts.last,
        "known_first": facts.known_first,
        "known_last": facts.known_last,
        "bytes": facts.n_bytes,
        "met": len(facts.pieces),
        "fresh": len(fresh),
        "fresh_met": len(fresh & facts.pieces),
        "languages": {key: judged(_with(model, key), devtest()) for key in ("subword_mean", "zett")},
    }
    write_whole(folder / "quality.json", (json.dumps(about, indent=1) + "\n").encode())
    write_whole(
        folder / "README.md", card(network.layout, about, (folder / "model.safetensors").stat().st_size).encode()
    )
    return 0


def layout_for(model: LanguageModel) -> NetworkShape:
    """The shape of the network that is trained for a model with a head of its own."""
    return NetworkShape(
        width=model.width,
        n_old=len(vocabulary_of(model.tokenizer)),
        longest=LONGEST,
        layers=LAYERS,
        hidden=HIDDEN,
        middle=MIDDLE,
        heads=HEADS,
        both=True,
        single=False,
        rescaled=True,
        bias=False,
        beyond_mean=True,
        model=model.spec,
        content=model.content,
    )


def _with(model: LanguageModel, key: str) -> LanguageModel:
    """The model with the unseen tokenizer, by a method."""
    new = open_model(f"shipped:{UNSEEN}", "cpu").tokenizer
    resources = Resources(hypernetwork=open_hypernetwork(model.spec, "cpu"))
    problem = Problem(model.tokenizer, new, model.matrices(), resources=resources, old_roles=model.special_ids)
    made = transplant(problem, METHODS.get(key))
    return model.with_matrices(made.matrices, new, made.special_ids)


if __name__ == "__main__":
    sys.exit(main())
