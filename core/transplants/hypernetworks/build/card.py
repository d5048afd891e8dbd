"""The card of a hypernetwork, written from its figures so that it cannot say anything else."""

from collections.abc import Mapping
from typing import Any

from core.common.numbers import count, size, so_many
from core.models.build.card import LICENCE
from core.models.build.quality import text_of
from core.models.build.texts import LANGUAGES
from core.text.languages import language
from core.transplants.hypernetworks.build.course import Course
from core.transplants.hypernetworks.shape import NetworkShape


def card(layout: NetworkShape, course: Course, about: Mapping[str, Any], n_bytes: int, ships: bool) -> str:
    """README.md of its folder."""
    of_network = f"{layout.layers} layers, {layout.hidden} wide, {layout.heads} heads"
    n_read = course.steps - course.rows_first
    first = f"{count(course.rows_first)} steps of rows of its own alone, then " if course.rows_first else ""
    of_reading = f"{count(n_read)} steps of about {count(course.batch_bytes)} bytes, {count(about['bytes'])} in all"
    met = f"each from other documents: {count(about['met'])} different tokens that the model has not"
    memory = f", at most {size(about['memory'])} of memory beside the model" if about.get("memory") else ""
    made_by = "`make hypernetwork`" if ships else "`python -m core.transplants.hypernetworks.build`"
    licensed = f"licence: {LICENCE.lower().replace(' ', '-')}\n" if ships else ""
    licence = f"| licence | {LICENCE}, as for the models; none of the text is in this repository |\n" if ships else ""
    average = so_many(min(50, n_read), "step", "steps")
    return f"""---
{licensed}---
# A hypernetwork for {layout.model.removeprefix("shipped:")}

It predicts the rows of a new token from those of the old tokens that spell it, and is the method ZeTT of the lab for
this one model. Layout and names are those of ZeTT's checkpoints (Minixhofer, Ponti and Vulić 2024); new is that what
it predicts is added to the mean of the rows that it reads (`beyond_mean`), so that a few minutes of training do.

| | |
| --- | --- |
| parameters | {count(about["parameters"])}, float16, {count(n_bytes)} bytes |
| network | {of_network}; spellings of up to {layout.longest} old tokens |
| training | {first}{of_reading}, rate {course.rate:g}, seed {course.seed} |
| tokenizers | {count(course.n_tokenizers)} BPE tokenizers, {met} |
| time | {count(about["seconds"])} s of one processor{memory} |
{licence}| made by | {made_by}: the same text and kind of processor give the same file |

Loss of the next token: {about["first"]:.3f} nats in the mean of the first {average} that read text and
{about["last"]:.3f} in that of the last, in other tokens each. Of rows that the model has, spelled with others
of its tokens, it misses {about["known_first"]:.3f} of the spread at the beginning, where it predicts their mean,
and at the end {about["known_last"]:.3f}.

## How good it is

Bits per byte of the model with the tokenizer of {about["unseen"]}, which is not among those drawn (of its
{count(about["fresh"])} tokens that the model has not, {count(about["fresh_met"])} were met in others), on
{text_of(about["sentences"])}. Intervals are 95 % bootstrap over sentences.

{_table(about["languages"])}

{_summary(about["languages"])}
"""


def _table(found: Mapping[str, Mapping[str, Mapping[str, float]]]) -> str:
    lines = ["| language | subword mean | interval | hypernetwork | interval |", "| --- | --- | --- | --- | --- |"]
    for code in LANGUAGES:
        cells = [language(LANGUAGES[code]).name]
        for key in ("subword_mean", "zett"):
            one = found[key][code]
            cells += [f"{one['bits_per_byte']:.3f}", f"{one['low']:.3f} to {one['high']:.3f}"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _summary(found: Mapping[str, Mapping[str, Mapping[str, float]]]) -> str:
    """In how many languages it is better, counted from the table."""
    mean, made = found["subword_mean"], found["zett"]
    fewer = [code for code in LANGUAGES if made[code]["bits_per_byte"] < mean[code]["bits_per_byte"]]
    rest = [language(LANGUAGES[code]).name for code in LANGUAGES if code not in fewer]
    more = f" It needs as many or more in {', '.join(rest)}." if rest else ""
    return f"It needs fewer bits than the subword mean in {len(fewer)} of {len(LANGUAGES)} languages.{more}"
