"""vocab.json with merges.txt, as GPT-2 and RoBERTa are published, byte-level; or merges.txt alone.

Neither file says how texts are cut before merging. The option `?pre=NAME` says it; without it, the class named in
tokenizer_config.json; else the merges themselves: a merge that no pre-token can hold was not learned with that
pre-tokenizer. On the vocabularies at hand (GPT-2, RoBERTa, StarCoder, cl100k, Llama 3, two of the SuperBPE paper) the
right pre-tokenizer holds every single merge and each wrong one that is told apart from it leaves out 100 to 34,000; the
exceptions measured under the right one are 12 of 198,308 (o200k) and 7 of 198,044 (Llama 4).
"""

import json
from itertools import chain

import regex
import tokenizers
from tokenizers import AddedToken, decoders, models, normalizers

from core.common.errors import UnknownName, UnreadableFile, UserError, shown
from core.common.numbers import count
from core.common.text_stream import UTF16
from core.tokenizers import sidecars
from core.tokenizers.auto.companions import Companions, add_to, companions
from core.tokenizers.auto.ends import ends_by_class
from core.tokenizers.auto.names import VERSION, class_of, own_code, undescribed
from core.tokenizers.auto.pipelines import CLASSES
from core.tokenizers.backends.huggingface import HuggingFaceTokenizer
from core.tokenizers.backends.spelling import check_ids
from core.tokenizers.diagnosis import is_web_page
from core.tokenizers.format import Files, Source
from core.tokenizers.formats.clip import clip_backend, is_clip
from core.tokenizers.gunzip import content, head
from core.tokenizers.pretokenizers import PRE_TOKENIZERS, PreTokenizer
from core.tokenizers.tokenizer import Info
from core.tokenizers.vocabulary import byte_of_character, bytes_of_alphabet

MAX_EXCEPTIONS = 1e-4  # share of merges; see above
_STRIDE = 97
_ROBERTA, _QWEN, _QWEN_3_5 = "RobertaTokenizer", "Qwen2Tokenizer", "Qwen3_5Tokenizer"
_PRE_BY_CLASS = {
    "GPT2Tokenizer": "gpt2",
    _ROBERTA: "gpt2",
    "GPTNeoXTokenizer": "gpt2",
    _QWEN: "qwen2",
    _QWEN_3_5: "qwen3.5",
    "DebertaTokenizer": "gpt2",
    "CohereTokenizer": "starcoder",
}
_PUBLISHED = ("encoder.json", "vocab.bpe")  # the same two, as OpenAI named GPT-2's
_COMPOSED = (_QWEN, _QWEN_3_5, "GPTNeoXTokenizer", "CohereTokenizer")  # put a text in NFC first
_AS_ROBERTA = (
    "No file says which tokens are special or what goes around a text; the vocabulary begins as RoBERTa's does, so <s> "
    "goes in front and </s> at the end."
)
_ONCE = "A space is put in front of a text once; {} of transformers {} puts one before every piece."
_NO_VOCABULARY = "Made of merges alone: ids follow the order of bytes and merges, which the file does not confirm."


def _pair(files: Files) -> tuple[str | None, str | None]:
    """(the vocabulary's file, the merges' file) by content, the one the user named first of all."""
    vocab, merges = ("vocab.json", "merges.txt")
    if _PUBLISHED[0] in files.paths and _PUBLISHED[1] in files.paths and not {vocab, merges} & set(files.paths):
        vocab, merges = _PUBLISHED
    if files.main and _is_merges(files, files.main):
        merges = files.main
    elif files.main:
        vocab = files.main
    found_vocab = vocab if vocab in files.paths and _is_vocab(files, vocab) else None
    found_merges = merges if merges in files.paths and _is_merges(files, merges) else None
    return found_vocab, found_merges


def _is_vocab(files: Files, name: str) -> bool:
    start = head(files, name).decode(errors="replace").lstrip("\ufeff \t\r\n")
    return bool(regex.match(r'\{\s*"(?:[^"\\]|\\.)*"\s*:\s*\d', start))


def _is_merges(files: Files, name: str) -> bool:
    start = head(files, name)
    if (
        start.startswith(UTF16) or is_web_page(start) or _is_vocab(files, name)
    ):  # JSON without line ends may look like one line of two words
        return False
    lines = start.decode(errors="replace").lstrip("\ufeff").split("\n")
    body = [line.rstrip("\r") for line in (lines[:-1] or lines) if not line.startswith("#version")]
    body = body[:50]
    two = [line.split(" ") for line in body if line]
    pairs = bool(two) and all(len(pair) == 2 and all(pair) for pair in two)
    return pairs and not all(pair[1].isascii() and pair[1].isdigit() for pair in two)  # those are tiktoken's ranks


def _recognises(files: Files) -> str | None:
    vocab, merges = _pair(files)
    if files.main:
        return files.main if files.main in (vocab, merges) else None
    return vocab if vocab and merges else merges


def _load(files: Files) -> HuggingFaceTokenizer:
    vocab_name, merges_name = _pair(files)
    if merges_name is None:
        raise UserError(
            f"{shown(files.main)} is a vocabulary whose merges are missing. Put its merges.txt beside it, or add both."
        )
    pairs = merges(content(files, merges_name), merges_name)
    id_by_token = vocabulary(content(files, vocab_name), vocab_name) if vocab_name else _spelled_out(pairs)
    beside = sidecars.belonging(files, ("vocab.json", "merges.txt", *_PUBLISHED))
    names = [name for name in (vocab_name, merges_name) if name]
    if is_clip(id_by_token):
        info = _info(files, beside, names, sidecars.named(beside), ())
        return HuggingFaceTokenizer(clip_backend(id_by_token, pairs, merges_name), info)
    named = class_of(beside)
    kind = named or (_ROBERTA if _begins_as_roberta(id_by_token) else "")
    pre, how = _pre_tokenizer(files, pairs, named, has_vocabulary=vocab_name is not None)
    settings = sidecars.config(beside)
    spaced = settings.get("add_prefix_space") is True
    backend = _with_steps(_backend(id_by_token, pairs, merges_name), kind, pre, spaced)
    found = companions(beside, CLASSES[kind].roles if kind in CLASSES else {})
    guessed = _unmerged(backend, id_by_token, pairs) if vocab_name and not settings and not found else []
    added = _add(backend, kind, found)
    ends, _ = ends_by_class(backend, kind, settings, found.roles)
    shape = _AS_ROBERTA if kind and not named else ""
    once = [_ONCE.format(kind, VERSION)] if spaced and kind in (_QWEN, _QWEN_3_5) else []
    untold = undescribed(named, _PRE_BY_CLASS.keys() - {_QWEN_3_5})  # transformers reads no such pair for that class
    notes = filter(
        None, [how, *guessed, *added, shape, *once, *untold, *own_code(beside), "" if vocab_name else _NO_VOCABULARY]
    )
    info = _info(files, beside, names, found.spellings, tuple(notes), kind, f"prefix {pre}")
    return HuggingFaceTokenizer(backend, info, ends=ends)


def _with_steps(backend: tokenizers.Tokenizer, kind: str, pre: str, spaced: bool) -> tokenizers.Tokenizer:
    """The backend with what stands around its model."""
    if kind in _COMPOSED:
        backend.normalizer = normalizers.NFC()
    backend.pre_tokenizer = PRE_TOKENIZERS[pre].byte_level(spaced)
    backend.decoder = decoders.ByteLevel()
    return backend


def _add(backend: tokenizers.Tokenizer, kind: str, found: Companions) -> list[str]:
    """Give the backend its added tokens; notes on them."""
    notes = add_to(backend, found)
    if kind == _QWEN:  # its class names the special tokens once more, and so takes their flags off
        backend.add_tokens([AddedToken(str(token), special=True) for token in (*found.roles.values(), *found.extra)])
    return notes


def _info(
    files: Files, beside: Files, names: list[str], tokens: sidecars.Spellings, notes: tuple[str, ...], *facts: str
) -> Info:
    return Info(
        spec=files.spec,
        label=sidecars.label(files, names[-1]),
        source=SOURCE.key,
        fingerprint=sidecars.fingerprint(beside, names, *facts),
        n_vocabulary=None,
        algorithm="BPE",
        reference="",
        notes=notes,
        **sidecars.chat(beside, tokens),
    )


def _begins_as_roberta(id_by_token: dict[str, int]) -> bool:
    """Whether a vocabulary has the special tokens of RoBERTa and BART, at their ids."""
    first = ("<s>", "<pad>", "</s>", "<unk>")
    return "<mask>" in id_by_token and all(id_by_token.get(token) == i for i, token in enumerate(first))


def merges(data: bytes, name: str) -> list[tuple[str, str]]:
    """The pairs in a merges.txt, in order of rank.

    Raises:
        UnreadableFile: a line is not two symbols with a space between; gives the line.

    >>> merges("#version: 0.2\\nĠ t\\n".encode(), "merges.txt")
    [('Ġ', 't')]
    """
    try:
        text = data.decode().removeprefix("\ufeff").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise UnreadableFile(f"{shown(name)} is not UTF-8 text, so it is not a list of merges.") from None
    pairs = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line or (number == 1 and line.startswith("#version")):
            continue
        left, _, right = line.partition(" ")
        if not left or not right or " " in right:
            raise UnreadableFile(
                f"{shown(name)} is damaged at line {count(number)}: {shown(line, 40)} is not two symbols and a space."
                " Fetch it again."
            )
        pairs.append((left, right))
    return pairs


def vocabulary(data: bytes, name: str) -> dict[str, int]:
    """Id by token from a vocab.json.

    Raises:
        UnreadableFile: it is not a JSON object of ids, or its ids cannot be used.
    """
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(f"{shown(name)} is not JSON: {shown(str(error), 80)[1:-1]}. Fetch it again.") from None
    if not isinstance(found, dict) or not all(type(i) is int and i >= 0 for i in found.values()):
        raise UnreadableFile(f"{shown(name)} does not map tokens to ids. Pick the tokenizer's vocab.json.")
    check_ids(found)
    return found


def _spelled_out(pairs: list[tuple[str, str]]) -> dict[str, int]:
    """The vocabulary that merges alone imply: the bytes in the order that trainers use, then what each merge makes."""
    tokens = dict.fromkeys(chain(sorted(byte_of_character()), (left + right for left, right in pairs)))
    return {token: i for i, token in enumerate(tokens)}


def _backend(id_by_token: dict[str, int], pairs: list[tuple[str, str]], name: str) -> tokenizers.Tokenizer:
    try:
        return tokenizers.Tokenizer(models.BPE(vocab=id_by_token, merges=pairs))
    except Exception as error:
        raise UnreadableFile(
            f"{shown(name)} does not belong to this vocabulary: {shown(str(error), 100)[1:-1]}. "
            "Take vocab.json and merges.txt from the same place."
        ) from None


# which pre-tokenizer


def _pre_tokenizer(
    files: Files, pairs: list[tuple[str, str]], tokenizer_class: str, has_vocabulary: bool
) -> tuple[str, str]:
    """(name of the pre-tokenizer, how it is known).

    Raises:
        UserError: nothing tells.
    """
    asked = files.options.get("pre")
    if asked is not None:
        if asked not in PRE_TOKENIZERS:
            raise UnknownName("pre-tokenizer", asked, PRE_TOKENIZERS)
        return asked, f"Pre-tokenizer {asked}, as asked."
    if named := _PRE_BY_CLASS.get(tokenizer_class):
        return named, f"Pre-tokenizer {named}, as {tokenizer_class} has it, which the files beside the vocabulary name."
    options = ", ".join(PRE_TOKENIZERS)
    how = f"Add ?pre=NAME to the spec, with one of: {options}."
    if not has_vocabulary:
        raise UserError(f"A merges.txt without its vocab.json does not say how texts are cut before merging. {how}")
    fitting = fitting_to(pairs)
    if len(fitting) == 1:
        return fitting[0], f"Pre-tokenizer {fitting[0]}, worked out from the merges: it holds them all, and cuts most."
    found = f"{' and '.join(fitting)} fit its merges equally well" if fitting else "no known one fits its merges"
    raise UserError(f"This vocabulary does not say how texts are cut before merging, and {found}. {how}")


def fitting_to(pairs: list[tuple[str, str]]) -> list[str]:
    """The pre-tokenizers that hold all merges (but 1 in 10,000) and within which no other such cuts more.

    Of two that are the same, the first. A merge whose piece is not whole characters is left out, since patterns speak
    of characters.

    >>> fitting_to([("Ġt", "he"), ("'", "s"), ("Ġ", "1"), ("Ġ1", "9")])
    ['gpt2']
    """
    texts = []
    for left, right in pairs:
        try:
            texts.append((bytes_of_alphabet(left + right) or b"").decode())
        except UnicodeDecodeError:
            continue
    texts = [text for start in range(_STRIDE) for text in texts[start::_STRIDE]]  # meet exceptions of any rank early
    allowed = int(MAX_EXCEPTIONS * len(pairs))
    fitting, settled = dict[tuple[str, ...], str](), {"none"} | {n for n, p in PRE_TOKENIZERS.items() if p.only_by_name}
    for name, pre in sorted(PRE_TOKENIZERS.items(), key=lambda item: -len(item[1].within)):
        if name not in settled and pre.patterns not in fitting and holds(pre, texts, allowed):
            fitting[pre.patterns] = name
            settled.update(pre.within)
    return [name for name in fitting.values() if name not in settled]


def holds(pre: PreTokenizer, texts: list[str], allowed: int = 0) -> bool:
    """Whether these pieces, all but some, stay whole under a pre-tokenizer.

    >>> holds(PRE_TOKENIZERS["gpt2"], [" the"]), holds(PRE_TOKENIZERS["gpt2"], [" the end"])
    (True, False)
    """
    patterns = [regex.compile(pattern) for pattern in pre.patterns]
    for text in texts:
        if any(_cuts(pattern, text) for pattern in patterns):
            allowed -= 1
            if allowed < 0:
                return False
    return True


def _cuts(pattern: regex.Pattern[str], text: str) -> bool:
    end = len(text)
    first = pattern.search(text)
    if first is None or (first.start() == 0 and first.end() == end):
        return False
    return any(0 < match.start() < end or 0 < match.end() < end for match in pattern.finditer(text))


# special tokens


def _unmerged(backend: tokenizers.Tokenizer, id_by_token: dict[str, int], pairs: list[tuple[str, str]]) -> list[str]:
    """Make special what no merge makes and what is written as such tokens are; a note that names them."""
    merged = {left + right for left, right in pairs}
    beyond = [t for t in id_by_token if t not in merged and len(t) > 1 and regex.fullmatch(r"<[^<>]+>|\[[^\[\]]+\]", t)]
    if not beyond:
        return []
    backend.add_special_tokens([AddedToken(name, special=True, normalized=False) for name in beyond])
    named = ", ".join(beyond[:5])
    return [
        f"No file says which tokens are special; {named} are taken to be, since no merge makes them. Nothing is added "
        "around a text."
    ]


SOURCE = Source(
    key="vocab_merges",
    label="vocab.json and merges.txt",
    recognises=_recognises,
    load=_load,
    rank=70,
)
