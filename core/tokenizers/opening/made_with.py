"""What the shipped cuts and names follow from, told without opening a vocabulary: code and the libraries beneath."""

import hashlib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

LIBRARIES = ("tiktoken", "sentencepiece", "ahocorasick_rs")
CORE = Path(__file__).parents[2]
CODE = (  # modules of core that say what the tokens are, or what is said of them
    "common/numbers.py",
    "text/utf8.py",
    "tokenizers/auto/names.py",
    "tokenizers/backends/longest_match.py",
    "tokenizers/backends/nfc.py",
    "tokenizers/backends/sentencepiece.py",
    "tokenizers/backends/spm_proto.py",
    "tokenizers/backends/tiktoken.py",
    "tokenizers/catalog.py",
    "tokenizers/format.py",
    "tokenizers/formats/builtin.py",
    "tokenizers/formats/mistral.py",
    "tokenizers/formats/packaged.py",
    "tokenizers/formats/rwkv.py",
    "tokenizers/formats/sentencepiece.py",
    "tokenizers/formats/tiktoken.py",
    "tokenizers/gunzip.py",
    "tokenizers/kinds.py",
    "tokenizers/opening/made_with.py",
    "tokenizers/opening/make.py",
    "tokenizers/opening/shipped.py",
    "tokenizers/packages/installed.py",
    "tokenizers/packages/quicktok.py",
    "tokenizers/pretokenizers.py",
    "tokenizers/segmentation.py",
    "tokenizers/sidecars.py",
    "tokenizers/tokenizer.py",
    "tokenizers/vocabulary.py",
    "training/controlled/source.py",
    "training/family.py",
)


def code_version(core: Path = CORE) -> str:
    """Hash of the modules of `CODE`, 16 hex digits; whatever line ends they have here."""
    digest = hashlib.sha256()
    for name in CODE:
        content = (core / name).read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:16]


def format_names(core: Path = CORE) -> list[str]:
    """The modules that may name tokenizers which open without a network."""
    return sorted(path.stem for path in (core / "tokenizers" / "formats").glob("*.py"))


def library_versions() -> dict[str, str]:
    """Version by name of the libraries that cut; empty for one that is not installed."""
    return {name: _version(name) for name in LIBRARIES}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
