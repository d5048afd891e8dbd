"""Counts of the shipped tokenizers on a second text, the Universal Declaration of Human Rights.

`python -m core.premium.atlas.udhr` makes the file, whose languages go by their codes in FLORES-200: a premium of a
language is one of a kind of text as well, and legal prose of 1948 is another kind than news and travel guides. With
`--add`, what is there of the same tokenizer and text is kept.
"""

import hashlib
import json
import sys
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from core.common.atomic import write_whole
from core.common.data_folders import BESIDE
from core.common.errors import UserError
from core.common.numbers import count
from core.corpora.corpus import Corpus
from core.counting.table import Counted, CountedText, CountTable, Unsigned, compact
from core.premium.atlas import FOLDER, atlas_tokenizers
from core.premium.atlas.wanted import WANTED, Wanted
from core.premium.second_text import same_language
from core.tokenizers.catalog import open_tokenizer

FILE, ABOUT = "udhr.parquet", "udhr.json"
_TEXT = ("n_bytes", "n_characters")  # columns beside two for each tokenizer


@cache
def shipped_udhr() -> CountTable:
    """The shipped counts, of the tokenizers of the atlas in its order.

    Raises:
        UserError: they are of other tokenizers than the atlas.

    >>> table = shipped_udhr()
    >>> table.tokens.shape[0] == len(atlas_tokenizers()), table.tokens.shape[2], "deu_Latn" in table.languages
    (True, 31, True)
    """
    from pyarrow import parquet  # type: ignore[import-untyped]

    about = json.loads((FOLDER / ABOUT).read_text(encoding="utf-8"))
    known = atlas_tokenizers()
    if {key: one.fingerprint for key, one in known.items()} != about["fingerprints"]:
        raise UserError("data/atlas holds counts on the Declaration of other tokenizers. Run make atlas.")
    columns = parquet.read_table(FOLDER / FILE)
    shape = (len(about["languages"]), -1)
    column = {name: compact(columns.column(name).to_numpy()).reshape(shape) for name in columns.column_names}
    text = CountedText(
        corpus=about["corpus"],
        corpus_label=about["corpus_label"],
        languages=tuple(about["languages"]),
        n_bytes=column["n_bytes"],
        n_characters=column["n_characters"],
    )
    return _table(text, tuple(known.values()), [(column[key], column[f"{key} unknown"]) for key in known])


def _table(
    text: CountedText, tokenizers: tuple[Counted, ...], counts: Sequence[tuple[Unsigned, Unsigned]]
) -> CountTable:
    nothing = np.full((len(tokenizers), len(text.languages)), -1, np.int64)
    tokens, unknown = (np.stack([each[n] for each in counts]) for n in range(2))
    return CountTable.on(
        text, tokenizers=tokenizers, tokens=tokens, unknown=unknown, joined=nothing, joined_unknown=nothing
    )


def in_flores(corpus: Corpus) -> dict[str, str]:
    """The code in the corpus of each language of FLORES-200 that it has, one translation each, by the code there.

    Of several translations, that of the same code is taken, or else that with most articles, the first by its code.

    >>> from core.corpora.corpus import open_corpus
    >>> in_flores(open_corpus("sample"))["deu_Latn"]
    'deu_Latn'
    """
    found: dict[str, list[str]] = {}
    for code in corpus.languages:
        if known := same_language(code, corpus.sentences[code]):
            found.setdefault(known, []).append(code)
    best = {known: min(codes, key=lambda code: _rank(code, known, corpus)) for known, codes in found.items()}
    return dict(sorted(best.items()))


def _rank(code: str, known: str, corpus: Corpus) -> tuple[bool, int, str]:
    return code.lower() not in (known.lower(), known[:3]), -int(corpus.present(code).sum()), code


def build(corpus: Corpus, wanted: Mapping[str, Wanted], data: Path, out: Path, *, add: bool = False) -> None:
    """Count all tokenizers of the atlas and write both files; the same input gives the same bytes.

    Args:
        add: take what ships as it is, where it would come out the same.
    """
    import pyarrow as arrow
    from pyarrow import parquet

    translation = in_flores(corpus)
    text = CountedText.of(corpus, list(translation.values()))
    columns = {name: getattr(text, name).reshape(-1) for name in _TEXT}
    sentences = [sentence for code in translation.values() for sentence in corpus.sentences[code]]
    there = _shipped_columns(corpus, list(translation)) if add else {}
    for key in atlas_tokenizers():
        if key in there:
            columns |= there[key]
            continue
        one = wanted[key]
        counts = open_tokenizer(one.spec or f"file:{data / 'tokenizers' / one.place}").count(sentences)
        columns |= {key: compact(counts.tokens), f"{key} unknown": compact(counts.unknown)}
        print(f"{key}: {count(int(counts.tokens.sum()))} tokens", file=sys.stderr, flush=True)
    sink = arrow.BufferOutputStream()
    parquet.write_table(arrow.table(columns), sink, compression="zstd", compression_level=19, write_statistics=False)
    content = sink.getvalue().to_pybytes()
    _publish(out / FILE, content)
    _publish(out / ABOUT, _about(corpus, translation, content))


def _shipped_columns(corpus: Corpus, languages: Sequence[str]) -> dict[str, dict[str, Unsigned]]:
    """By key the two columns that ship of a tokenizer, of those that the atlas has as they were counted."""
    from pyarrow import parquet

    about = json.loads((FOLDER / ABOUT).read_text(encoding="utf-8"))
    if (about["corpus"], about["languages"]) != (corpus.fingerprint, list(languages)):
        return {}
    same = [key for key, one in atlas_tokenizers().items() if about["fingerprints"].get(key) == one.fingerprint]
    table = parquet.read_table(FOLDER / FILE)
    return {key: {name: compact(table.column(name).to_numpy()) for name in (key, f"{key} unknown")} for key in same}


def _about(corpus: Corpus, translation: Mapping[str, str], content: bytes) -> bytes:
    document: dict[str, Any] = {
        "corpus": corpus.fingerprint,
        "corpus_label": corpus.label,
        "source": "wooorm/udhr, from the UDHR in Unicode project; the preamble and the 30 articles of each translation",
        "licence": f"Counts of text in the {corpus.licence}; the text itself is not here.",
        "sha256": hashlib.sha256(content).hexdigest(),
        "languages": list(translation),
        "translations": list(translation.values()),
        "fingerprints": {key: one.fingerprint for key, one in atlas_tokenizers().items()},
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _publish(path: Path, data: bytes) -> None:
    write_whole(path, data)
    path.chmod(0o644)


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the files; 2 with one line on stderr where something is missing."""
    from core.corpora.corpus import open_corpus

    parser = ArgumentParser(prog="python -m core.premium.atlas.udhr", description="Count the atlas on the Declaration.")
    parser.add_argument("--data", type=Path, default=BESIDE, help="folder with tokenizers/ and parallel/")
    parser.add_argument("--out", type=Path, default=FOLDER)
    parser.add_argument("--add", action="store_true", help="count only what is not there of the same tokenizer")
    options = parser.parse_args(arguments)
    try:
        corpus = open_corpus(f"udhr:{options.data / 'parallel' / 'udhr_html.zip'}")
        build(corpus, {one.key: one for one in WANTED}, options.data, options.out, add=options.add)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
