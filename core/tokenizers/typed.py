"""What people type for a tokenizer, as a spec: a model's name, a Hub id or its address, a path, or the spec itself."""

import re
import unicodedata
from functools import cache

from core.tokenizers.well_known import well_known

_ADDRESS = re.compile(
    r"(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/(?P<id>[^/?#\s]+/[^/?#\s]+)"
    r"(?:/(?:tree|blob|resolve)/(?P<revision>[^/?#\s]+))?(?:[/?#]\S*)?"
)
_PATH = re.compile(r"[/~]|\.\.?/")
_SCHEME = re.compile(r"\s*([A-Za-z0-9]+)\s*:\s*(.+)", re.DOTALL)
_ALSO = {"hf": "hub", "huggingface": "hub"}


def spec_of(entry: str) -> str:
    """A spec from what a user types; a bare name that is no well-known model's is a Hub id.

    >>> spec_of("Qwen/Qwen3-8B"), spec_of("builtin:words"), spec_of("gpt4o"), spec_of("/models/a.gguf")
    ('hub:Qwen/Qwen3-8B', 'builtin:words', 'tiktoken:o200k_base', 'file:/models/a.gguf')
    >>> spec_of("https://huggingface.co/Qwen/Qwen3-8B/tree/v1.0")
    'hub:Qwen/Qwen3-8B@v1.0'
    """
    entry = entry.strip()
    address = _ADDRESS.fullmatch(entry)
    if address:
        return f"hub:{address['id']}{'@' if address['revision'] else ''}{address['revision'] or ''}"
    if _PATH.match(entry):
        return f"file:{entry}"
    scheme = _SCHEME.fullmatch(entry)
    if scheme:
        name = scheme[1].lower()
        return f"{_ALSO.get(name, name)}:{scheme[2]}"
    return entry if ":" in entry else _by_name().get(squeezed(entry)) or f"hub:{entry}"


def squeezed(name: str) -> str:
    """A name without what people write in different ways: case, spaces, hyphens, dots, widths.

    >>> squeezed("Llama-3.1"), squeezed("LLAMA 3.1"), squeezed("gpt_4o")
    ('llama31', 'llama31', 'gpt4o')
    """
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum() or c == "+")


@cache
def _by_name() -> dict[str, str]:
    """The spec of every well-known model by its name, and by its tokenizer's; names go before tokenizers."""
    models = well_known()
    tokenizers = {squeezed(model.vocabulary): model.spec for model in models if model.vocabulary}
    labels = {squeezed(model.label): model.spec for model in models}
    return tokenizers | labels | {squeezed(model.name): model.spec for model in models}
