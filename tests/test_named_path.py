"""Names that no file can have: one sentence from whatever opens by name, never a traceback."""

from collections.abc import Callable

import pytest

from core.common.errors import UserError
from core.corpora.corpus import open_corpus
from core.corpora.reading import examined
from core.corpora.submitted import corpus_files
from core.lab.documents import read_plain
from core.lab.lexicons import read_vectors
from core.models.model_tokenizer import tokenizer_apart
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.submitted import tokenizer_files

OPEN: dict[str, Callable[[str], object]] = {
    "tokenizer": lambda name: open_tokenizer(f"file:{name}"),
    "files of a tokenizer": lambda name: tokenizer_files(f"file:{name}"),
    "tokenizer of a model": lambda name: tokenizer_apart(f"file:{name}"),
    "corpus": lambda name: open_corpus(f"file:{name}"),
    "facts of a corpus": lambda name: examined(f"file:{name}"),
    "files of a corpus": lambda name: corpus_files(f"file:{name}"),
    "FLORES-200": lambda name: open_corpus(f"flores200:{name}"),
    "UDHR": lambda name: open_corpus(f"udhr:{name}"),
    "text": read_plain,
    "vectors": read_vectors,
}


@pytest.mark.parametrize("name", ["/tmp/" + "n" * 400, "~nobody-here/a", "/tmp/a\0b"], ids=["long", "home", "NUL"])
@pytest.mark.parametrize("what", OPEN)
def test_a_name_that_no_file_can_have_is_one_sentence(what: str, name: str) -> None:
    with pytest.raises(UserError, match=r"Check the path|Write it out|Take it out"):
        OPEN[what](name)
