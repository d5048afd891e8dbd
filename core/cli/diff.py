"""`diff`: what changes when one tokenizer takes the place of another, with gates for a build."""

import sys
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass

from core.cli.base import Command, print_json, table
from core.cli.inputs import read_text
from core.common.errors import UnknownName, UserError, shown
from core.common.numbers import count
from core.corpora.corpus import open_corpus
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.tokenizer import Tokenizer
from core.vocabulary.comparison import VocabularyChange, compare
from core.vocabulary.entries import Entries, entries_of

PAST_A_GATE = 1
GATES = {
    "added": "entries that only the second has, as a number or a share of the first's ids such as 1%%",
    "removed": "entries that only the first has, likewise",
    "remapped": "entries with another id, likewise",
    "special": "special tokens that came, went or have another id",
    "template": "chat templates that differ: 0 or 1",
    "tokens": "tokens of the corpus more or less, as a number or a share such as 1%%",
}
_NUMBERS_ONLY = ("special", "template")


@dataclass(frozen=True)
class _Gate:
    """A limit and what was found; both are shares where the limit is one."""

    name: str
    limit: float
    value: float
    is_share: bool

    @property
    def passed(self) -> bool:
        return self.value <= self.limit

    def __str__(self) -> str:
        value, limit = (f"{100 * x:g}%" if self.is_share else f"{x:g}" for x in (self.value, self.limit))
        return f"gate {self.name}: {value} of {limit}, {'passed' if self.passed else 'NOT passed'}"


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("first", metavar="SPEC", help="the tokenizer that is there")
    parser.add_argument("second", metavar="SPEC", help="the one that takes its place")
    counted = parser.add_mutually_exclusive_group()
    counted.add_argument(
        "--corpus", default="sample", metavar="SPEC", help="whose tokens are counted (default: sample)"
    )
    counted.add_argument("--text", metavar="FILE", help="count the tokens of a text of your own instead")
    names = "; ".join(f"{name}: {meaning}" for name, meaning in GATES.items())
    parser.add_argument(
        "--gate", action="append", default=[], metavar="NAME=VALUE",
        help=f"the most that may change, else the exit status is 1; may be repeated. {names}",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def _run(options: Namespace) -> None:
    limits = [_limit(text) for text in options.gate]
    counted_on, texts = _texts(options)
    tokenizers = [open_tokenizer(spec) for spec in (options.first, options.second)]
    first, second = map(entries_of, tokenizers)
    found = compare(first, second)
    tokens = [int(tokenizer.count(texts).tokens.sum()) for tokenizer in tokenizers]
    numbers = {
        "added": len(found.added),
        "removed": len(found.removed),
        "remapped": len(found.remapped),
        "special": len(found.special),
        "template": int(_templates(tokenizers[0]) != _templates(tokenizers[1])),
    }
    gates = _gates(limits, {**numbers, "tokens": abs(tokens[1] - tokens[0])}, len(first), tokens[0])
    if options.json:
        shown_gates = [{"name": g.name, "limit": g.limit, "value": g.value, "passed": g.passed} for g in gates]
        print_json({**numbers, "shared": len(found.first), "tokens": tokens, "gates": shown_gates})
    else:
        print(_readable(options, first, second, found, numbers))
        print(f"\ntokens of {counted_on}: {count(tokens[0])} -> {count(tokens[1])}", *gates, sep="\n")
    if not all(gate.passed for gate in gates):
        sys.exit(PAST_A_GATE)


def _gates(limits: list[tuple[str, float, bool]], values: dict[str, int], n_ids: int, n_tokens: int) -> list[_Gate]:
    """Each limit with what was found; shares are of the first tokenizer's ids, or of its tokens."""
    whole = {name: max(n_tokens if name == "tokens" else n_ids, 1) for name in values}
    return [
        _Gate(name, limit, values[name] / whole[name] if is_share else values[name], is_share)
        for name, limit, is_share in limits
    ]


def _limit(text: str) -> tuple[str, float, bool]:
    """(name, limit, whether it is a share) of what --gate says.

    Raises:
        UserError: it is not NAME=VALUE with a name that is known and a value of 0 or more.
    """
    name, equals, value = text.partition("=")
    if not equals:
        raise UserError(f"--gate {shown(text)} is not NAME=VALUE. Write for instance --gate removed=0.")
    if name not in GATES:
        raise UnknownName("gate", name, GATES)
    is_share = value.endswith("%")
    try:
        number = float(value.removesuffix("%"))
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        raise UserError(f"--gate {shown(text)}: the value is no number from 0 on. Write for instance --gate {name}=10.")
    if is_share and name in _NUMBERS_ONLY:
        raise UserError(f"--gate {shown(text)}: {name} takes a number and no share. Write for instance {name}=0.")
    return name, number / 100 if is_share else number, is_share


def _texts(options: Namespace) -> tuple[str, list[str]]:
    """What tokens are counted on, and its texts."""
    if options.text is not None:
        return shown(options.text), read_text(options.text).splitlines(keepends=True)
    sentences = open_corpus(options.corpus).sentences
    return options.corpus, [sentence for lines in sentences.values() for sentence in lines]


def _templates(tokenizer: Tokenizer) -> tuple[object, ...]:
    return tokenizer.info.chat_template, tokenizer.info.chat_templates


def _readable(
    options: Namespace, first: Entries, second: Entries, found: VocabularyChange, numbers: dict[str, int]
) -> str:
    examples = {
        "added": [second.pieces[i] for i in found.added[:5]],
        "removed": [first.pieces[i] for i in found.removed[:5]],
        "remapped": [first.pieces[i] for i in found.remapped[:5]],
        "special": [name.encode() for name in found.special[:5]],
        "template": [],
    }
    rows = [["what", "n", "such as"]]
    for name, n in numbers.items():
        rows.append([name, count(n), " ".join(shown(p.decode(errors="backslashreplace")) for p in examples[name])])
    head = f"{options.first} ({count(len(first))} ids) -> {options.second} ({count(len(second))} ids)"
    return "\n".join([head, "", table(rows, right={1})])


COMMAND = Command(
    key="diff",
    summary="what changes between two tokenizers, with gates for a build",
    details=(
        "Entries that only one of two tokenizers has, entries with another id, special tokens and chat templates that "
        "differ, and the tokens of a corpus under both. Entries are compared on their bytes, special tokens by name. "
        "Each --gate names the most that may change; past one the exit status is 1, so that a build can stop there."
    ),
    arguments=_arguments,
    run=_run,
)
