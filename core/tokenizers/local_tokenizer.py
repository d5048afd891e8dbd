"""A tokenizer in this process, for work that needs its whole vocabulary."""

from core.tokenizers.catalog import open_path, open_tokenizer
from core.tokenizers.isolation.pool import IsolatedTokenizer
from core.tokenizers.serving import assert_not_serving
from core.tokenizers.tokenizer import LocalTokenizer, Tokenizer


def open_local(spec: str) -> LocalTokenizer:
    """The tokenizer that a spec string names, in this process.

    One that came from strangers has then passed its trial in a process of its own, which says nothing of other texts:
    so this is for the process of a job or of a command.

    Raises:
        UserError: as `core.tokenizers.catalog.open_tokenizer`.
        AssertionError: this is the process of a server.

    >>> len(open_local("builtin:utf8-bytes").vocabulary)
    259
    """
    assert_not_serving(spec)
    return local(open_tokenizer(spec))


def local(tokenizer: Tokenizer) -> LocalTokenizer:
    """The same tokenizer in this process."""
    if isinstance(tokenizer, IsolatedTokenizer):
        return open_path(tokenizer.info.spec, tokenizer.path, dict(tokenizer.options))
    assert isinstance(tokenizer, LocalTokenizer), "there is no third kind"
    return tokenizer
