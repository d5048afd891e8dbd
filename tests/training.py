"""Text and reference trainers for the tests of trainers."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from tokenizers import Tokenizer

from core.corpora.corpus import open_corpus
from core.training.asked import asked_recipe
from core.training.recipe import TrainingRecipe
from core.training.text import TrainingText, part_of
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
    parts = tuple(part_of(f"part {n}", text, 0.0, 0) for n, text in enumerate(texts))
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
