"""Whether a tokenizer says a text back, tried on every sentence of our own sample: the lossless badge.

`python -m core.premium.atlas.fidelity` makes `data/atlas/fidelity.json` for the shipped tokenizers, whose files are not
in the repository; for tokenizers that open here it is worked out when it is asked for. With `--add`, what is there of
the same tokenizer and sample is kept.
"""

import json
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from core.common.atomic import write_whole
from core.common.codec import from_json
from core.common.data_folders import BESIDE
from core.common.errors import UserError
from core.common.numbers import count
from core.corpora.corpus import Corpus, open_corpus
from core.premium.atlas import FOLDER, atlas_tokenizers
from core.premium.atlas.wanted import WANTED
from core.segmentation.changes import WORDS
from core.segmentation.losses import losses
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.kinds import Kind
from core.tokenizers.tokenizer import PLAIN, Tokenizer

FILE = "fidelity.json"


@dataclass(frozen=True)
class Fidelity:
    """What became of the sentences of the sample.

    Args:
        fingerprint: of the tokenizer.
        corpus: fingerprint of the sample.
        n_sentences: tried.
        n_exact: of these, said back byte for byte.
        unknown_share: of all tokens, those that stand for text the tokenizer cannot spell.
        normaliser: what it does to a text first, in words; empty if nothing.
        lost: what was lost or changed in how many sentences, most frequent first.
    """

    fingerprint: str
    corpus: str
    n_sentences: int
    n_exact: int
    unknown_share: float
    normaliser: str
    lost: tuple[tuple[str, int], ...]

    @property
    def lossless(self) -> bool:
        """Were all sentences said back exactly?"""
        return self.n_exact == self.n_sentences

    @property
    def words(self) -> str:
        """In a sentence.

        >>> Fidelity("f", "c", 4, 3, 0.01, "NFC", (("spaces dropped", 1),)).words
        'says 3 of 4 sentences back exactly; 1.0 % unknown tokens; spaces dropped in 1; normalises: NFC'
        """
        parts = [f"says {count(self.n_exact)} of {count(self.n_sentences)} sentences back exactly"]
        if self.unknown_share:
            parts.append(f"{self.unknown_share * 100:.1f} % unknown tokens")
        parts += [f"{what} in {count(n)}" for what, n in self.lost[:3]]
        if self.normaliser:
            parts.append(f"normalises: {self.normaliser}")
        return "; ".join(parts)


def fidelity(tokenizer: Tokenizer, corpus: Corpus) -> Fidelity:
    """Cut every sentence, and look at what the tokens say back.

    >>> found = fidelity(open_tokenizer("builtin:utf8-bytes"), open_corpus("sample").only(["tha_Thai"]))
    >>> found.lossless, found.unknown_share, found.lost
    (True, 0.0, ())
    """
    sentences = [sentence for lines in corpus.sentences.values() for sentence in lines if sentence]
    n_exact = n_tokens = n_unknown = 0
    lost: Counter[str] = Counter()
    for sentence in sentences:
        cut = tokenizer.segment(sentence, PLAIN)
        n_exact += cut.lossless
        n_tokens += len(cut.ids)
        n_unknown += int((cut.kinds == Kind.UNKNOWN).sum())
        lost.update(WORDS[loss.key][1] for loss in losses(cut))
    return Fidelity(
        tokenizer.info.fingerprint,
        corpus.fingerprint,
        len(sentences),
        n_exact,
        round(n_unknown / max(1, n_tokens), 6),
        tokenizer.info.normaliser,
        tuple(sorted(lost.items(), key=lambda pair: (-pair[1], pair[0]))),
    )


@cache
def shipped_fidelity() -> dict[str, Fidelity]:
    """By key of the atlas; empty if the file is missing."""
    path = FOLDER / FILE
    if not path.is_file():
        return {}
    return from_json(dict[str, Fidelity], path.read_bytes())


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the file anew; 2 with one line on stderr where something is missing."""
    parser = ArgumentParser(prog="python -m core.premium.atlas.fidelity", description="Make the lossless badges anew.")
    parser.add_argument("--data", type=Path, default=BESIDE, help="folder with tokenizers/")
    parser.add_argument("--out", type=Path, default=FOLDER / FILE)
    parser.add_argument("--add", action="store_true", help="work out only what is not there of the same tokenizer")
    options = parser.parse_args(arguments)
    corpus = open_corpus("sample")
    place_by_key = {one.key: one for one in WANTED}
    rows = {}
    try:
        for key, counted in atlas_tokenizers().items():
            one = place_by_key[key]
            spec = one.spec or f"file:{options.data / 'tokenizers' / one.place}"
            there = shipped_fidelity().get(key) if options.add else None
            same = there and (there.fingerprint, there.corpus) == (counted.fingerprint, corpus.fingerprint)
            rows[key] = asdict(there if there and same else fidelity(open_tokenizer(spec), corpus))
            print(key, rows[key]["n_exact"], rows[key]["n_sentences"], rows[key]["lost"][:3], file=sys.stderr)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    lines = [f'"{key}": {json.dumps(row, ensure_ascii=False)}' for key, row in rows.items()]
    write_whole(options.out, ("{\n" + ",\n".join(lines) + "\n}\n").encode())
    options.out.chmod(0o644)
    return 0


if __name__ == "__main__":
    sys.exit(main())
