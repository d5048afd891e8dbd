"""A job that tries a repair, the kind `core.work.repair`: what to submit."""

from collections.abc import Sequence

from core.corpora.corpus import Corpus
from core.corpora.facts import CorpusFacts
from core.jobs.store.files import Input, Json
from core.tokenizers.tokenizer import Tokenizer
from core.vocabulary.repair.removal import BuiltOn

KIND = "repair"


def params_of(
    tokenizer: Tokenizer, ids: Sequence[int], built_on: BuiltOn, corpus: Corpus | CorpusFacts
) -> dict[str, Json]:
    """The parameters of the job that takes these ids out and looks at all languages of a corpus."""
    return {
        "tokenizer": tokenizer.info.spec,
        "ids": sorted(set(map(int, ids))),
        "built_on": built_on,
        "corpus_spec": corpus.spec,
    }


def inputs_of(tokenizer: Tokenizer, corpus: Corpus | CorpusFacts) -> tuple[Input, ...]:
    """What it works on."""
    info = tokenizer.info
    return (Input(info.spec, info.fingerprint), Input(corpus.label, corpus.fingerprint))
