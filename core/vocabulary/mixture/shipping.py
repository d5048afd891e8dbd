"""`python -m core.vocabulary.mixture.shipping [KEY …]`: infer the shipped mixtures anew, into data/mixtures.

Reads FLORES-200 and the tokenizers' files from the data folder beside the project or from packages, as the atlas does.
A tokenizer takes about a minute; with keys, only these are inferred and the others stay. What is not to be believed
does not ship.
"""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from core.common.atomic import write_whole
from core.common.codec import Json, plain
from core.common.data_folders import BESIDE
from core.common.errors import UnknownName, UserError
from core.corpora.sources.flores200 import read
from core.premium.atlas import atlas_tokenizers
from core.premium.atlas.wanted import WANTED, Wanted
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.tokenizer import Tokenizer
from core.vocabulary.entries import entries_of
from core.vocabulary.mixture.categories import Category, code_category, languages_of
from core.vocabulary.mixture.infer import Mixture, merged_samples, mixture_of, nobody
from core.vocabulary.mixture.merges import merges_of
from core.vocabulary.mixture.shipped import FOLDER, FORMAT

KEYS = (
    *("gpt-2", "pythia", "falcon", "deepseek-coder", "command-r", "o200k", "tekken-240718", "bpe-200k", "llama-4"),
    "deepseek-v4",
)  # cl100k, Llama 3, Qwen and StarCoder are not to be believed with these samples
LANGUAGES = (
    *("eng_Latn", "deu_Latn", "fra_Latn", "spa_Latn", "rus_Cyrl", "zho_Hans", "jpn_Jpan", "kor_Hang", "arb_Arab"),
    *("hin_Deva", "tur_Latn"),
)
N_MERGES = (100, 200, 500)
_LIBRARIES = ("highspy", "numpy", "tokenizers", "tiktoken", "sentencepiece", "mistral_common")


def categories(data: Path) -> list[Category]:
    """The beginning of FLORES-200, dev, in some languages, and this project's code."""
    return [*languages_of(read(data / "parallel", "flores200#dev", ("dev",)), LANGUAGES), code_category()]


def opened(one: Wanted, data: Path) -> Tokenizer:
    """A tokenizer of the atlas from its file."""
    return open_tokenizer(one.spec or f"file:{data / 'tokenizers' / one.place}")


def mixtures(tokenizer: Tokenizer, known: Sequence[Category], n_merges: Sequence[int] = N_MERGES) -> list[Mixture]:
    """A mixture for each number of merges."""
    samples = merged_samples(tokenizer, known, max(n_merges), nobody)
    return [mixture_of(samples.first(n)) for n in n_merges]


def document(one: Wanted, tokenizer: Tokenizer, known: Sequence[Category], found: Sequence[Mixture], date: str) -> Json:
    """What ships of one tokenizer."""
    counted = atlas_tokenizers()[one.key]
    return {
        "format": FORMAT,
        "date": date,
        "label": one.label,
        "family": one.family,
        "year": one.year,
        "fingerprint": tokenizer.info.fingerprint,
        "merges": merges_of(entries_of(tokenizer), found[-1].n_merges).sha256,
        "file": counted.file,
        "versions": [f"{name} {version(name)}" for name in _LIBRARIES],
        "categories": [{"name": c.name, "origin": c.origin, "n_bytes": c.n_bytes, "sha256": c.sha256} for c in known],
        "mixtures": [plain(each) for each in found],
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 2 with one line on stderr where something is missing."""
    parser = ArgumentParser(prog="python -m core.vocabulary.mixture.shipping", description="Infer mixtures anew.")
    parser.add_argument("--data", type=Path, default=BESIDE, help="folder with tokenizers/ and parallel/")
    parser.add_argument("--out", type=Path, default=FOLDER, help="where to write; default data/mixtures")
    parser.add_argument("--date", default=datetime.now(UTC).date().isoformat(), help="default today")
    parser.add_argument("keys", nargs="*", help="only these tokenizers")
    options = parser.parse_args(arguments)
    try:
        for key in options.keys:
            if key not in KEYS:
                raise UnknownName("shipped mixture", key, KEYS)
        known = categories(options.data)
        options.out.mkdir(parents=True, exist_ok=True)
        for one in WANTED:
            if one.key in (options.keys or KEYS):
                tokenizer = opened(one, options.data)
                found = mixtures(tokenizer, known)
                said = ship(
                    options.out / f"{one.key}.json", found, document(one, tokenizer, known, found, options.date)
                )
                print(f"{one.key}: {said}", file=sys.stderr, flush=True)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def ship(path: Path, found: Sequence[Mixture], about: Json) -> str:
    """Write the file, or remove it if the answer of most merges is not to be believed; what it says."""
    if found[-1].doubts:
        path.unlink(missing_ok=True)
        return f"does not ship. {' '.join(found[-1].doubts)}"
    write(path, about)
    shares = sorted(found[-1].shares, key=lambda share: -share.share)
    return ", ".join(f"{share.category} {share.share:.1%}" for share in shares[:4])


def write(path: Path, found: Json) -> None:
    """Write a file that ships, readable for everyone."""
    write_whole(path, (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode())
    path.chmod(0o644)


if __name__ == "__main__":
    sys.exit(main())
