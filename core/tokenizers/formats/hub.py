"""`hub:OWNER/NAME@REVISION`: the tokenizer of a repository on the Hugging Face Hub; lives in a process of its own.

Only tokenizer files are fetched: no weights, and no code, since nothing here runs any. `?file=NAME`, or for a GGUF
file `hub:OWNER/NAME/FILE.gguf@REVISION`, chooses a file that is not fetched by itself; of a large GGUF file only the
beginning is fetched. What was fetched stays in the Hub's own cache and opens from there without a network. An access
token in `HF_TOKEN` is used by huggingface_hub and seen nowhere else: messages here are made from the kind of an error,
never from its text.
"""

from pathlib import Path

from core.tokenizers.catalog import LEADING
from core.tokenizers.format import Source
from core.tokenizers.hub_place import carries, place
from core.tokenizers.isolation.pool import IsolatedTokenizer
from core.tokenizers.tokenizer import Tokenizer


def _open(rest: str) -> Tokenizer:
    from core.tokenizers.hub_download import fetch  # huggingface_hub takes a moment to import

    wanted = place(rest)
    fetched = fetch(wanted)
    if wanted.file:
        path = fetched.folder / fetched.names[0]
    elif any(name in LEADING for name in fetched.names):
        path = fetched.folder
    else:
        path = fetched.folder / max(filter(carries, fetched.names))  # of tokenizer.model.v1 … v7, the last
    label = wanted.repository.rpartition("/")[2] + (f" ({Path(wanted.file).name})" if wanted.file else "")
    notes = (*fetched.notes, *(("Only the file's beginning was fetched.",) if fetched.is_head else ()))
    return IsolatedTokenizer(f"hub:{rest}", path, wanted.options, label, notes)


SOURCE = Source(key="hub", label="Hugging Face Hub", scheme="hub", open=_open)
