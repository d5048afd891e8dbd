"""What metrics that look at the tokens themselves say of the shipped tokenizers on FLORES-200, in every language.

`python -m core.premium.atlas.measures [KEY …]` makes one file per tokenizer beside the counts, in a minute or two each:
the text and the tokenizers' files are not in the repository, and cutting 409,836 sentences takes too long for a page.
Every number is of all sentences, with its interval from resampling or leaving out articles.
"""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isnan, nan
from pathlib import Path

from core.common.atomic import write_whole
from core.common.codec import Mismatch, from_json
from core.common.data_folders import BESIDE
from core.common.errors import UserError
from core.common.progress import report
from core.corpora.corpus import Corpus
from core.metrics.bare import bare
from core.metrics.base import REFERENCE, SEGMENTATIONS, Metric, Value, shown
from core.metrics.evidence import of_sentences
from core.metrics.intervals import measured
from core.premium.atlas import FOLDER, atlas_provenance, atlas_tokenizers
from core.premium.atlas.wanted import WANTED, Wanted
from core.stats.grouped_items import groups_of
from core.text.units import units_of
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.tokenizer import Tokenizer

PLACE = "measures"
_DIGITS = 6


@dataclass(frozen=True)
class ShippedMeasures:
    """What a file holds.

    Args:
        fingerprint: of the tokenizer.
        corpus: fingerprint of the text.
        metrics: keys, in the order of the numbers.
        reasons: why a number is missing, or what it leaves out; numbers name them by place.
        languages: by code, for each metric its number, low, high and the place of its reason; null for NaN.
    """

    fingerprint: str
    corpus: str
    metrics: tuple[str, ...]
    reasons: tuple[str, ...]
    languages: dict[str, tuple[tuple[float | None, float | None, float | None, int], ...]]

    def of(self, language: str) -> dict[str, Value]:
        """The metrics on a language by key; empty if it is not there.

        >>> ShippedMeasures("f", "c", ("fertility",), ("", "No words."), {"a": ((None, None, None, 1),)}).of("a")
        {'fertility': Value(number=nan, reason='No words.', low=nan, high=nan)}
        """
        rows = zip(self.metrics, self.languages.get(language, ()), strict=False)
        return {key: _value(self.reasons[reason], *numbers) for key, (*numbers, reason) in rows}


def _value(reason: str, *numbers: float | None) -> Value:
    number, low, high = (nan if each is None else each for each in numbers)
    return Value(number, reason, low, high)


def on_tokens() -> tuple[Metric, ...]:
    """The metrics on sentences that need the tokens themselves, and nothing to compare with.

    >>> "fertility" in {one.key for one in on_tokens()}, "bytes_per_token" in {one.key for one in on_tokens()}
    (True, False)
    """
    chosen = shown("sentences").values()
    return tuple(one for one in chosen if SEGMENTATIONS in one.needs and REFERENCE not in one.needs)


@lru_cache(maxsize=64)
def shipped_measures(key: str) -> ShippedMeasures | None:
    """What is known of a shipped tokenizer on the shipped text; None where no file is, or one of other content."""
    try:
        found = from_json(ShippedMeasures, (FOLDER / PLACE / f"{key}.json").read_bytes())
    except (OSError, Mismatch):
        return None
    same = (found.fingerprint, found.corpus) == (atlas_tokenizers()[key].fingerprint, atlas_provenance().corpus)
    return found if same else None


def measure(tokenizers: Mapping[str, Tokenizer], corpus: Corpus) -> dict[str, list[str]]:
    """The lines of the file of each tokenizer, by its key; language by language, whose words are found once for all."""
    groups = groups_of(corpus.groups, corpus.n_sentences)
    reasons: dict[str, dict[str, int]] = {key: {"": 0} for key in tokenizers}
    rows: dict[str, list[str]] = {key: [] for key in tokenizers}
    for code in corpus.languages:
        units = [units_of(sentence) for sentence in corpus.sentences[code]]
        for key, one in tokenizers.items():
            cut = [one.segment(sentence) for sentence in corpus.sentences[code]]
            marks = bare(one, corpus.sentences[code])
            evidence = of_sentences(cut, one.info.n_vocabulary, units=units, groups=groups, bare=marks)
            found = measured(on_tokens(), evidence).values()
            rows[key].append(f'"{code}": {json.dumps([_numbers(each, reasons[key]) for each in found])}')
        report(len(rows[key]), len(corpus.languages), code)
    return {key: [_head(one, corpus, reasons[key]), *rows[key]] for key, one in tokenizers.items()}


def _head(tokenizer: Tokenizer, corpus: Corpus, reasons: Mapping[str, int]) -> str:
    of = {"fingerprint": tokenizer.info.fingerprint, "corpus": corpus.fingerprint}
    said = {"metrics": [one.key for one in on_tokens()], "reasons": list(reasons)}
    return json.dumps(of | said, ensure_ascii=False)


def _numbers(one: Value, reasons: dict[str, int]) -> list[float | None]:
    return [*map(_short, (one.number, one.low, one.high)), reasons.setdefault(one.reason, len(reasons))]


def _short(number: float) -> float | None:
    return None if isnan(number) else float(f"{number:.{_DIGITS}g}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the files; 2 with one line on stderr where something is missing."""
    from core.corpora.sources.flores200 import read

    parser = ArgumentParser(prog="python -m core.premium.atlas.measures", description="Measure the shipped tokenizers.")
    parser.add_argument("--data", type=Path, default=BESIDE, help="folder with tokenizers/ and parallel/")
    parser.add_argument("--out", type=Path, default=FOLDER / PLACE)
    parser.add_argument("keys", nargs="*", help="only these tokenizers")
    options = parser.parse_args(arguments)
    place_by_key = {one.key: one for one in WANTED}
    options.out.mkdir(parents=True, exist_ok=True)
    try:
        corpus = read(options.data / "parallel", "flores200")
        chosen = options.keys or list(atlas_tokenizers())
        tokenizers = {key: _opened(place_by_key[key], options.data) for key in chosen}
        for key, lines in measure(tokenizers, corpus).items():
            _write(options.out / f"{key}.json", lines)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _opened(one: Wanted, data: Path) -> Tokenizer:
    return open_tokenizer(one.spec or f"file:{data / 'tokenizers' / one.place}")


def _write(path: Path, lines: Sequence[str]) -> None:
    head, *rows = lines
    write_whole(path, (f'{head[:-1]}, "languages": {{\n' + ",\n".join(rows) + "\n}}\n").encode())
    path.chmod(0o644)


if __name__ == "__main__":
    sys.exit(main())
