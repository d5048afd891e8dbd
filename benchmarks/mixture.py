"""How far inferred mixtures are from those that tokenizers were trained on, where samples and training text differ.

`python -m benchmarks mixture`: tokenizers are trained on known mixtures of FLORES-200 (NLLB Team 2022) and code, and
their mixtures are inferred from other samples, by the paper's objective and by ours; before that, how long the program
takes beside a plain one (`benchmarks/plain_mixture.py`). Needs the data folder beside the
project; half an hour of one processor.
"""

import csv
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from inspect import getsource
from pathlib import Path

import numpy as np
import tokenizers
from tokenizers import models, pre_tokenizers, trainers

from benchmarks import plain_mixture
from benchmarks.measure import markdown
from core.common.data_folders import BESIDE
from core.common.errors import UserError
from core.corpora.sources.flores200 import SPLITS, read
from core.tokenizers.catalog import open_path
from core.vocabulary.mixture.categories import Category, beginning, code_category
from core.vocabulary.mixture.infer import MergedSamples, Mixture, in_bytes, merged_samples, mixture_of
from core.vocabulary.mixture.pair_counts import Floats
from core.vocabulary.mixture.program import Program

ROOT = Path(__file__).parents[1]
LANGUAGES = ("eng_Latn", "deu_Latn", "fra_Latn", "rus_Cyrl", "zho_Hans", "jpn_Jpan")
CODE, UNSEEN = "code", "unseen"
NAMES = (*LANGUAGES, CODE)
N_MERGES = (100, 300)
TRAINED_ON, SAMPLE = 1_500_000, 40_000  # bytes, of a training text and of each sample
UNSEEN_PART = 0.25  # of a training text, where a part of it is of no category
ABSENT = 0.005  # what counts as no share: less is in the training text of no category
Texts = Mapping[str, str]


def mixtures() -> dict[str, Mapping[str, float]]:
    """Parts of the training text by category, some without Chinese, some without any language but English."""
    chance = np.random.default_rng(1)
    drawn = [chance.dirichlet(np.ones(len(NAMES))) for _ in range(2)]
    western = ("eng_Latn", "deu_Latn", "fra_Latn", "rus_Cyrl", CODE)
    return {
        "English, a tenth code": {"eng_Latn": 90, CODE: 10},
        "English, German, French, code": {"eng_Latn": 60, "deu_Latn": 15, "fra_Latn": 15, CODE: 10},
        "code, a fifth English": {"eng_Latn": 20, CODE: 80},
        "English, Chinese, code": {"eng_Latn": 50, "zho_Hans": 30, CODE: 20},
        "all seven": dict(zip(NAMES, (30, 15, 15, 15, 10, 5, 10), strict=True)),
        "all, drawn": dict(zip(NAMES, drawn[0].tolist(), strict=True)),
        "all, drawn again": dict(zip(NAMES, drawn[1].tolist(), strict=True)),
        "no Chinese or Japanese, drawn": dict(zip(western, chance.dirichlet(np.ones(5)).tolist(), strict=True)),
    }


@cache
def _flores() -> dict[str, dict[str, list[str]]]:
    """Sentences by what they are of, the splits and the kinds of sites, and by language."""
    place = BESIDE / "parallel"
    if not place.is_dir():
        raise UserError(f"The mixtures need FLORES-200 in {place}, which is not there.")
    found: dict[str, dict[str, list[str]]] = {}
    for split in SPLITS:
        corpus = read(place, f"flores200#{split}", (split,))
        with (place / "flores200" / f"metadata_{split}.tsv").open(encoding="utf-8") as file:
            kinds = [row["domain"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]
        for language in LANGUAGES:
            for kind, sentence in zip(kinds, corpus.sentences[language], strict=True):
                for key in (split, kind):
                    found.setdefault(key, {}).setdefault(language, []).append(sentence)
    return found


def _of(kind: str) -> dict[str, str]:
    return {language: "\n".join(sentences) for language, sentences in _flores()[kind].items()}


def _library() -> str:
    """Modules of Python itself."""
    names = ("argparse", "ast", "inspect", "tarfile", "smtplib", "shutil")
    return "\n".join(getsource(import_module(name)) for name in names)


def _files(pattern: str) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(ROOT.glob(pattern)))


def _web() -> str:
    return (BESIDE / "mono" / "wikitext2_valid.txt").read_text(encoding="utf-8")[:400_000]


KINDS: dict[str, tuple[Callable[[], Texts], Callable[[], Texts]]] = {
    "other articles": (lambda: _of("devtest") | {CODE: _files("core/premium/**/*.py")[:200_000]}, lambda: _of("dev")),
    "other topics": (lambda: _of("wikivoyage") | {CODE: _library()}, lambda: _of("wikinews")),
    "other kinds": (
        lambda: _of("wikivoyage") | {"eng_Latn": _web(), CODE: _files("components/**/*.js")},
        lambda: _of("wikinews"),
    ),
    "a quarter of no category": (
        lambda: _of("wikivoyage") | {CODE: _library(), UNSEEN: _files("components/**/*.js")},
        lambda: _of("wikinews"),
    ),
}  # what a tokenizer is trained on, and the languages' samples


@dataclass(frozen=True, eq=False)
class Case:
    """A tokenizer of a known mixture.

    Args:
        kind: how samples differ from the training text.
        name: of the mixture.
        true: shares of bytes among the categories, (C,).
        samples: with its merges.
    """

    kind: str
    name: str
    true: Floats
    samples: MergedSamples


def cases(folder: Path, kind: str) -> Iterator[Case]:
    """Tokenizers of all mixtures, trained in a folder."""
    train, infer = (texts() for texts in KINDS[kind])
    samples = [Category(name, beginning(infer[name], SAMPLE), "") for name in LANGUAGES]
    code = Category(CODE, code_category(SAMPLE).text, "")
    for name, parts in mixtures().items():
        pieces = _pieces(train, parts)
        sizes = {each: sum(len(piece.encode()) for piece in found) for each, found in pieces.items()}
        path = folder / f"{kind} {name}.json"
        _trained([piece for found in pieces.values() for piece in found]).save(str(path))
        true = np.array([sizes.get(each, 0) for each in NAMES], float)
        merged = merged_samples(open_path(f"file:{path}", path), [*samples, code], max(N_MERGES))
        yield Case(kind, name, true / true.sum(), merged)


def _pieces(texts: Texts, parts: Mapping[str, float]) -> dict[str, list[str]]:
    """Each text as often as its part of the training text asks for, the last time its beginning."""
    known = TRAINED_ON * (1 - UNSEEN_PART if UNSEEN in texts else 1)
    wanted = {name: int(known * part / sum(parts.values())) for name, part in parts.items()}
    if UNSEEN in texts:
        wanted[UNSEEN] = int(TRAINED_ON * UNSEEN_PART)
    return {name: _as_often(texts[name], n_bytes) for name, n_bytes in wanted.items()}


def _as_often(text: str, n_bytes: int) -> list[str]:
    times, rest = divmod(n_bytes, len(text.encode()))
    return [text] * times + ([beginning(text, rest)] if rest else [])


def _trained(pieces: Sequence[str]) -> tokenizers.Tokenizer:
    model = tokenizers.Tokenizer(models.BPE())
    model.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=256 + max(N_MERGES),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    model.train_from_iterator(pieces, trainer)
    return model


@dataclass(frozen=True, eq=False)
class Found:
    """What was inferred from the first merges of a case, by the paper's objective and by ours."""

    case: Case
    papers: Floats
    ours: Mixture

    @property
    def shares(self) -> Floats:
        """Ours, (C,)."""
        return np.array([one.share for one in self.ours.shares])

    @property
    def covered(self) -> int:
        """True shares within their ranges."""
        return sum(one.low <= true <= one.high for one, true in zip(self.ours.shares, self.case.true, strict=True))


def found_in(case: Case, n_merges: int) -> Found:
    """Both answers."""
    samples = case.samples.first(n_merges)
    return Found(case, in_bytes(Program(samples.history).solve()[0], samples.weights), mixture_of(samples))


def error(shares: Floats, case: Case) -> float:
    """Mean absolute error of shares, 0 to 1."""
    return float(np.abs(shares - case.true).mean())


def log_mse(shares: Floats, case: Case) -> float:
    """The paper's measure: log10 of the mean squared error."""
    return float(np.log10(((shares - case.true) ** 2).mean()))


def wrongly_given(shares: Floats, case: Case) -> float:
    """Share of Chinese and Japanese in the answer that was not in the training text, 0 to 1."""
    either = [NAMES.index(name) for name in ("zho_Hans", "jpn_Jpan")]
    return float((shares - case.true)[either].clip(0).sum())


def table(found: Sequence[Found]) -> str:
    """A row for each way in which samples differ."""
    rows = []
    for kind in KINDS:
        of = [one for one in found if one.case.kind == kind]
        if of:
            rows.append([kind, *(cell for measure in (error, log_mse, wrongly_given) for cell in _both(measure, of))])
            rows[-1].append(f"{sum(one.covered for one in of) / (len(of) * len(NAMES)):.0%}")
    heads = [
        "samples are of",
        "error, paper's",
        "ours",
        "log MSE, paper's",
        "ours",
        "wrongly Chinese or Japanese, paper's",
    ]
    return markdown("Mixtures inferred from other samples", [*heads, "ours", "true shares in their range"], rows)


def _both(measure: Callable[[Floats, Case], float], found: Sequence[Found]) -> list[str]:
    form = "{:.2f}" if measure is log_mse else "{:.1%}"
    return [
        form.format(np.mean([measure(one.papers, one.case) for one in found])),
        form.format(np.mean([measure(one.shares, one.case) for one in found])),
    ]


def warned(found: Sequence[Found]) -> str:
    """How often an answer is not believed, by how wrong it is."""
    rows = []
    for least, most in ((0.0, 0.01), (0.01, 0.02), (0.02, 0.04), (0.04, 1.0)):
        of = [one for one in found if least <= error(one.shares, one.case) < most]
        rows.append([f"{least:.0%} to {most:.0%}", str(len(of)), str(sum(bool(one.ours.doubts) for one in of))])
    return markdown("Answers that are not to be believed", ["mean error", "answers", "of them doubted"], rows)


def run() -> str:
    """Three tables.

    Raises:
        UserError: the data folder is not there.
    """
    solved = plain_mixture.run()
    with tempfile.TemporaryDirectory() as folder:
        every = [one for kind in KINDS for one in cases(Path(folder), kind)]
    found = [found_in(one, n) for one in every for n in N_MERGES]
    return f"{solved}\n{table(found)}\n{warned(found)}"
