"""The files of a tokenizer that is repaired: its own, and those beside it that say what its tokens are for."""

from core.common.errors import UserError
from core.common.named_path import named_path
from core.tokenizers import sidecars
from core.tokenizers.catalog import SIBLINGS, TEMPLATES, files_at, split_options
from core.tokenizers.format import Files
from core.tokenizers.formats import sentencepiece, tokenizers_json
from core.tokenizers.formats.mistral import shipped_file
from core.tokenizers.formats.packaged import PACKAGED
from core.tokenizers.isolation.pool import IsolatedTokenizer
from core.tokenizers.kinds import Kind
from core.tokenizers.tokenizer import Info, Tokenizer
from core.vocabulary.entries import Entries, Ids

# The usual names of the files that are repaired, by the key of the source that reads them; the first is for others.
_NAMES = {tokenizers_json.SOURCE.key: ("tokenizer.json",), sentencepiece.SOURCE.key: sentencepiece.NAMES}
_SOURCES = {source.key: source for source in (tokenizers_json.SOURCE, sentencepiece.SOURCE)}
# Files beside a tokenizer's own that say what its tokens are for, and hold no vocabulary of their own.
_BESIDE = (
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "chat_template.jinja",
    "config.json",
)


def can_be_repaired(info: Info) -> bool:
    """Whether a tokenizer is read from a format that is repaired."""
    return source_of(info) is not None


def source_of(info: Info) -> str | None:
    """Key of the source that reads a tokenizer's file, if that is of a format that is repaired.

    Tokenizers in installed packages are asked by their files.
    """
    if info.source in _SOURCES:
        return info.source
    files = _installed(info.spec)
    reads = (key for key, source in _SOURCES.items() if files and source.recognises and source.recognises(files))
    return next(reads, None)


def files_of(tokenizer: Tokenizer) -> tuple[Files, str]:
    """The files of a tokenizer that is read from a tokenizer.json or a SentencePiece model, and the name of that one.

    Raises:
        UserError: it is read from another format.
    """
    source = _SOURCES.get(source_of(tokenizer.info) or "")
    files = _files(tokenizer) if source else None
    name = source.recognises(files) if source and files and source.recognises else None
    if not source or not files or not name:
        raise UserError(
            f"{tokenizer.info.label} is not read from a tokenizer.json or a SentencePiece model, and only those are "
            "repaired. Choose one that is, such as packaged:deepseek-v4, or a file that transformers saved."
        )
    return sidecars.belonging(files, _NAMES[source.key]), name


def may_go(entries: Entries, ids: Ids) -> Ids:
    """Of these ids those that their format lets go at all: a SentencePiece model keeps its bytes, used or not."""
    if source_of(entries.tokenizer.info) != sentencepiece.SOURCE.key:
        return ids
    kept: Ids = ids[entries.kinds[ids] != Kind.BYTE]
    return kept


def file_name(source: str, name: str) -> str:
    """What a repaired file is called: as the original, where that is a name that programs look for.

    Args:
        source: key of the source that reads it.

    >>> file_name("sentencepiece", "tokenizer.model.v1"), file_name("sentencepiece", "spiece.model")
    ('tokenizer.model', 'spiece.model')
    """
    return name if name in SIBLINGS else _NAMES[source][0]


def beside(files: Files) -> list[str]:
    """Names of the files that go along with the repaired one."""
    return [name for name in files.paths if name in _BESIDE or name.startswith(f"{TEMPLATES}/")]


def _files(tokenizer: Tokenizer) -> Files | None:
    spec = tokenizer.info.spec
    if isinstance(tokenizer, IsolatedTokenizer):
        return files_at(spec, tokenizer.path, tokenizer.options)
    if not spec.startswith("file:"):
        return _installed(spec)
    path, options = split_options(spec.removeprefix("file:"))
    return files_at(spec, named_path(path), options)


def _installed(spec: str) -> Files | None:
    """The files of a tokenizer that lies in an installed package, whose content is known; None for any other."""
    scheme, _, name = spec.partition(":")
    if scheme == "packaged":
        return files_at(spec, PACKAGED[name].file.find(), {})
    return files_at(spec, shipped_file(name), {}) if scheme == "mistral" else None
