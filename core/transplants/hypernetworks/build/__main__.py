"""`python -m core.transplants.hypernetworks.build [MODEL FOLDER]`: train a hypernetwork, judge it, write its folder.

Without a model it is the one that ships, some minutes of one processor; of another model it goes into the folder named.
Needs the data folder beside the repository. What is broken off goes on where it was; the same text and kind of
processor give the same file.
"""

import argparse
import sys
from pathlib import Path

import torch

from core.common.errors import UserError
from core.common.numbers import count, so_many
from core.common.printed_progress import PrintedProgress
from core.common.progress import listening
from core.models.build.quality import SENTENCES
from core.models.build.texts import parts
from core.models.load import open_model
from core.transplants.hypernetworks.build.course import Course
from core.transplants.hypernetworks.build.made import WantedNetwork, make
from core.transplants.hypernetworks.opening import SHIPPED

MODEL, UNSEEN = "tiny-english", "shipped:tiny-world"
_SENTENCES_OF_OTHERS = 5  # a large model is slow


def main(words: list[str]) -> int:
    """Make it; 2 where something is missing."""
    given, usual = _parser().parse_args(words), Course()
    if (given.model is None) != (given.folder is None):
        print("Name a model and the folder that its hypernetwork goes into, or neither.", file=sys.stderr)
        return 2
    torch.set_num_threads(1)  # sums in one order, so that a processor gives the same bits again
    try:
        steps = given.steps + given.rows_first
        course = Course(steps, given.rows_first, given.steps_each, given.bytes, usual.rate, given.seed)
        model = open_model(given.model or f"shipped:{MODEL}", "cpu", "float32")
        ships = given.model is None
        folder = SHIPPED / MODEL if ships else Path(given.folder)
        sentences = given.sentences or (SENTENCES if ships else _SENTENCES_OF_OTHERS)
        first = so_many(course.rows_first, "step of rows alone", "steps of rows alone") + ", then "
        print(
            f"{first if course.rows_first else ''}{so_many(given.steps, 'step', 'steps')} of about "
            f"{count(course.batch_bytes)} bytes through {count(model.n_parameters)} parameters, forwards and backwards",
            flush=True,
        )
        with listening(PrintedProgress()):
            make(WantedNetwork(model, given.unseen, course, sentences, folder, ships), parts(manuals=False))
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    usual = Course()
    parser = argparse.ArgumentParser(prog="python -m core.transplants.hypernetworks.build", description=__doc__)
    parser.add_argument("model", nargs="?", help="a folder with a model, or what else opens one")
    parser.add_argument("folder", nargs="?", help="where its hypernetwork goes, new or empty")
    parser.add_argument("--unseen", default=UNSEEN, help="a model or tokenizer, with whose tokens it is judged")
    parser.add_argument("--sentences", type=_number, default=0, help="of each language, by which it is judged")
    parser.add_argument("--steps", type=_number, default=usual.steps, help="that read text")
    parser.add_argument("--rows-first", type=_number, default=0, help="steps before, that learn known rows alone")
    parser.add_argument("--steps-each", type=_number, default=usual.steps_each, help="with one drawn tokenizer")
    parser.add_argument("--bytes", type=_number, default=usual.batch_bytes, help="of text in a step")
    parser.add_argument("--seed", type=_seed, default=usual.seed, help="of its weights and of all that is drawn")
    return parser


def _number(word: str, least: int = 1) -> int:
    if not word.isdecimal() or not least <= int(word) <= 10**7:
        raise argparse.ArgumentTypeError(f"{word} is no whole number from {least} to 10 million")
    return int(word)


def _seed(word: str) -> int:
    return _number(word, 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
