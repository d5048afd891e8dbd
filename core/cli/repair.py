"""`repair`: takes entries out of a tokenizer's file so that no text reaches them, ids kept."""

from argparse import ArgumentParser, Namespace
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from core.cli.base import Command, number, print_json, table
from core.cli.languages import codes
from core.common.atomic import refuse_existing
from core.common.errors import UserError, shown
from core.common.numbers import count
from core.corpora.corpus import open_corpus
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.tokenizer import Tokenizer
from core.vocabulary.audit import AUDITS
from core.vocabulary.entries import Entries, entries_of
from core.vocabulary.repair.effect import Effect
from core.vocabulary.repair.listed import listed_ids
from core.vocabulary.repair.removal import BUILT_ON
from core.vocabulary.repair.repaired import Repaired, repaired, write
from core.vocabulary.residue import LEAST_MADE, residue
from core.vocabulary.token_counts import count_corpus_tokens

N_SHOWN = 10  # entries that stay, for people


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--tokenizer", required=True, metavar="SPEC", help="of a tokenizer.json or a SentencePiece model"
    )
    parser.add_argument(
        "--audit", action="append", default=[], metavar="KEY", help="take out what it found, such as unreachable"
    )
    parser.add_argument(
        "--ids", action="append", default=[], metavar="1,2,30-40", help="take out these; may be repeated"
    )
    parser.add_argument(
        "--below", type=number, metavar="SHARE",
        help="take out what merging the corpus leaves in at most this share of its occurrences, such as 0.01 "
        f"(residue; of what is made {LEAST_MADE} times or more)",
    )  # fmt: skip
    parser.add_argument(
        "--neighbours", type=number, metavar="BITS",
        help="of --below, only what is merged with few neighbours: an entropy of at most so many bits",
    )  # fmt: skip
    parser.add_argument(
        "--built-on",
        default="keep",
        choices=BUILT_ON,
        help="entries that others are built from: keep them, remove both, or reroute the others; default keep",
    )
    parser.add_argument("--corpus", default="sample", metavar="SPEC", help="to see what changes; default sample")
    parser.add_argument("--language", action="append", default=[], metavar="L", help="tha_Thai or Thai; again for more")
    parser.add_argument("--out", default="", metavar="FOLDER", help="where to write it; without it nothing is written")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def _run(options: Namespace) -> None:
    if options.out:
        refuse_existing(Path(options.out))
    if options.neighbours is not None and options.below is None:
        raise UserError("--neighbours says which of the entries of --below go. Name a share as well: --below 0.01.")
    tokenizer = open_tokenizer(options.tokenizer)
    corpus = open_corpus(options.corpus)
    corpus = corpus.only(codes(options.language, corpus.languages)) if options.language else corpus
    ids = [i for text in options.ids for i in listed_ids(text)]
    if options.audit or options.below is not None:
        entries = replace(entries_of(tokenizer), counts=count_corpus_tokens(tokenizer, corpus))
        ids += [i for key in options.audit for i in _found_by(key, entries)]
        ids += _residue(options, entries)
    texts = {code: [text for text in some if text] for code, some in corpus.sentences.items()}
    with TemporaryDirectory(prefix="repair-") as scratch:
        found = repaired(tokenizer, ids, options.built_on, texts, Path(scratch))
    if options.out:
        write(tokenizer, found, Path(options.out))
    if options.json:
        print_json(_document(found, options.out))
    else:
        print(_readable(found, tokenizer, options.out))


def _found_by(key: str, entries: Entries) -> list[int]:
    """The ids that an audit finds.

    Raises:
        UserError: it finds none, or could not look.
    """
    audit = AUDITS.get(key)
    found = audit.find(entries)
    if found.unavailable:
        raise UserError(f"{audit.definition.label}: {found.unavailable}")
    if not len(found.ids):
        raise UserError(
            f"{audit.definition.label}: nothing was found in {shown(entries.tokenizer.info.label)}, so nothing is "
            "taken out. Choose another audit, or name --ids."
        )
    return list(map(int, found.ids))


def _residue(options: Namespace, entries: Entries) -> list[int]:
    """The ids that --below and --neighbours name.

    Raises:
        UserError: there are none, or they cannot be told.
    """
    if options.below is None:
        return []
    ids = residue(entries, options.below, float("inf") if options.neighbours is None else options.neighbours)
    if not len(ids):
        raise UserError(
            f"{shown(entries.tokenizer.info.label)} has no entry that merging leaves in at most {options.below:g} of "
            "its occurrences, as far as that was counted. Name a larger share, more bits, or a larger --corpus."
        )
    return list(map(int, ids))


def _document(found: Repaired, out: str) -> dict[str, Any]:
    return {
        "tokenizer": found.tokenizer,
        "fingerprint": found.fingerprint,
        "removed": found.removed.tolist(),
        "kept": [{"id": i, "why": why} for i, why in found.kept],
        "rerouted": found.n_rerouted,
        "exact": found.exact,
        "languages": [asdict(each) for each in found.effects],
        "own": asdict(found.own),
        "out": out or None,
    }


def _readable(found: Repaired, tokenizer: Tokenizer, out: str) -> str:
    rows = [["", "texts", "cut otherwise", "of them elsewhere", "not said back", "unknown", "tokens", "then"]]
    rows += [_row(each) for each in (*found.effects, found.own)]
    stay = [f"{i} stays: {why}" for i, why in found.kept[:N_SHOWN]]
    left = len(found.kept) - N_SHOWN
    certain = "certain to be cut as before" if found.exact else "counted as cut otherwise elsewhere if it changes"
    return "\n".join(
        [
            f"{tokenizer.info.label}: {count(len(found.removed))} entries taken out, {count(len(found.kept))} stay, "
            f"{count(found.n_rerouted)} others rerouted",
            f"A text in which none of them stood is {certain}.",
            *stay,
            *([f"and {count(left)} more; --json lists all"] if left > 0 else []),
            table(rows, right=set(range(1, 8))),
            f"Wrote {out}." if out else "Nothing is written: name a folder with --out.",
        ]
    )


def _row(each: Effect) -> list[str]:
    seen = (each.n_texts, each.n_changed, each.n_moved, each.n_lost, each.more_unknown)
    return [each.name, *(count(n) for n in (*seen, each.tokens_before, each.tokens_after))]


COMMAND = Command(
    key="repair",
    summary="take entries out of a tokenizer.json or SentencePiece model, ids kept",
    details=(
        "Takes entries out so that no text is cut into them any more. All ids stay: in the place of an entry stands "
        "one that no text reaches. A text in which none of them stood is cut as before, and every text is still said "
        "back; what changes on a corpus is counted. Entries that other entries of a byte-pair model are built from "
        "stay, unless --built-on removes both or reroutes the others. Stays as well: special and added tokens, and "
        "what nothing else writes. In a SentencePiece model entries are marked as unused, which its library heeds; "
        "there those that others are built from can go alone. With --out a folder is written, which must not exist; "
        "transformers loads that of a tokenizer.json."
    ),
    arguments=_arguments,
    run=_run,
)
