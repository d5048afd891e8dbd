"""Text and reference trainers for the tests of trainers."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from core.corpora.corpus import open_corpus
from core.training.asked import asked_recipe
from core.training.recipe import TrainingRecipe
from core.training.sources import opened_source
from core.training.text import TrainingPart, TrainingText
from core.training.trainer import TRAINERS, TrainingTask

LANGUAGES = ("eng_Latn", "deu_Latn", "fin_Latn", "rus_Cyrl", "hin_Deva", "tha_Thai", "jpn_Jpan", "arb_Arab")
PARALLEL = "parity"
QUICK: Mapping[str, Mapping[str, int]] = {"lib": {"passes": 5}, "lz-aware": {"sample": 2}}
ANY_SIZE = [key for key, one in TRAINERS.all().items() if not one.small]  # trainers that take texts of any size


def sentences(code: str) -> list[str]:
    """The shipped sentences in a language."""
    return [text for text in open_corpus("sample").sentences[code] if text]


def prose(n: int) -> str:
    """So many characters of English about this program."""
    pages = sorted((Path(__file__).parents[1] / "docs").glob("*.md"))
    return "".join(page.read_text(encoding="utf-8") for page in pages)[:n]


def files(folder: Path, languages: Sequence[str] = LANGUAGES) -> list[str]:
    """Their text, a file a language."""
    paths = [folder / f"{code}.txt" for code in languages]
    for code, path in zip(languages, paths, strict=True):
        path.write_text("".join(f"{line}\n" for line in sentences(code)), encoding="utf-8")
    return list(map(str, paths))


def content(name: str) -> str:
    """The text of a source."""
    return "".join(opened_source(name).lines())


def recipe(trainer: str, vocab: int, paths: Sequence[str], **more: object) -> TrainingRecipe:
    """A recipe for these files, with parallel text where the trainer needs it."""
    more = {"given": QUICK.get(trainer), **more}
    return asked_recipe(trainer, vocab, paths, parallel=paths if trainer == PARALLEL else (), **more)  # type: ignore[arg-type]


def task(
    trainer: str, vocab: int, texts: Sequence[str], given: Mapping[str, int | float | str | bool] = {}
) -> TrainingTask:
    """What a trainer is given, with no part kept apart."""
    entry, path, given = TRAINERS.get(trainer), __file__, {**QUICK.get(trainer, {}), **given}
    asked = asked_recipe(trainer, vocab, [path], given=given, heldout=0.0, specials=())
    parts = tuple(TrainingPart(f"part {n}", (text,), ()) for n, text in enumerate(texts))
    text = TrainingText(parts, tuple(tuple(each.split("\n")) for each in texts) if trainer == PARALLEL else ())
    return entry.task(text, asked.options, entry.read(dict(given), 0))


def model_of(tokenizer: Tokenizer) -> dict[str, object]:
    """The model of a tokenizer.json."""
    model: dict[str, object] = json.loads(tokenizer.to_str())["model"]
    return model


def merges_of(tokenizer: Tokenizer) -> list[tuple[str, str]]:
    return [(a, b) for a, b in model_of(tokenizer)["merges"]]  # type: ignore[attr-defined]


def plain_merges(
    words: Counter[tuple[str, ...]],
    n: int,
    allowed: Callable[[str], bool] = lambda spelling: True,
    first: Sequence[str] = (),
    join: Callable[[str, str], str] = str.__add__,
) -> list[tuple[str, str]]:
    """Merges by counting all pairs anew before each; of equally frequent ones that with the older parts goes first."""
    oldest = first or sorted({one for word in words for one in word})
    age = {one: place for place, one in enumerate(oldest)}
    merges = list[tuple[str, str]]()
    while len(merges) < n:
        counts: Counter[tuple[str, str]] = Counter()
        for word, weight in words.items():
            for pair in pairwise(word):
                counts[pair] += weight
        fit = [pair for pair in counts if allowed(join(*pair))]
        pair = min(fit, key=lambda pair: (-counts[pair], age[pair[0]], age[pair[1]]))
        merges.append(pair)
        age.setdefault(join(*pair), len(age))
        words = Counter({merged_word(word, pair, join(*pair)): weight for word, weight in words.items()})
    return merges


def merged_word(word: tuple[str, ...], pair: tuple[str, str], new: str) -> tuple[str, ...]:
    found, i = list[str](), 0
    while i < len(word):
        joint = word[i : i + 2] == pair
        found.append(new if joint else word[i])
        i += 2 if joint else 1
    return tuple(found)


def recounted_merges(
    words: Iterable[Sequence[int]], spellings: Sequence[str], n: int, allowed: Callable[[str], bool]
) -> list[tuple[str, str]]:
    """The same for many merges: words stand as ids in one array, whose pairs are sorted and counted before each.

    Args:
        words: each as often as it stands in the text.
        spellings: of the ids.
    """
    names, ids, merges = list(spellings), {one: i for i, one in enumerate(spellings)}, dict[tuple[str, str], None]()
    text = np.array([one for word in words for one in (*word, -1)], np.int64)
    refused = np.zeros(0, np.int64)
    while len(merges) < n:
        left, right = text[:-1], text[1:]
        pairs, counts = np.unique((left << 32 | right)[(left >= 0) & (right >= 0)], return_counts=True)
        counts[np.isin(pairs, refused)] = 0
        best = pairs[counts.argmax()]  # of equally frequent ones the first, that with the older parts
        a, b = divmod(int(best), 1 << 32)
        spelling = names[a] + names[b]
        if not allowed(spelling):
            refused = np.append(refused, best)
            continue
        merges.setdefault((names[a], names[b]))
        if spelling not in ids:
            ids[spelling] = len(names)
            names.append(spelling)
        at = np.flatnonzero((left == a) & (right == b))
        if a == b:  # in a run every second one
            run = np.flatnonzero(np.diff(at, prepend=-2) > 1)
            at = at[(np.arange(len(at)) - np.repeat(run, np.diff(run, append=len(at)))) % 2 == 0]
        text[at] = ids[spelling]
        text = np.delete(text, at + 1)
    return list(merges)
