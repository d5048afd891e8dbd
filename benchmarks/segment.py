"""`segment` (ids, spans, kinds, bytes: ready to draw) against the bare call of the library beneath, on real text.

Real tokenizers and FLORES-200 lines of all scripts mixed, from the data folder beside the repository.
"""

from collections.abc import Callable

from ahocorasick_rs import BytesAhoCorasick, MatchKind

from benchmarks.measure import in_turns, markdown
from core.common.errors import UserError
from core.tokenizers.backends.huggingface import HuggingFaceTokenizer
from core.tokenizers.backends.longest_match import LongestMatchTokenizer
from core.tokenizers.backends.sentencepiece import SentencePieceTokenizer
from core.tokenizers.backends.tiktoken import TiktokenTokenizer
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.tokenizer import Tokenizer
from tests.datafolder import HAS_DATA, TOKENIZERS, flores

SIZES = {"2 kB": 2_000, "200 kB": 200_000}
SPECS = {
    "tokenizer.json (byte-level BPE)": f"file:{TOKENIZERS}/hf_json/gpt-2/tokenizer.json",
    "tokenizer.json (BPE with byte fallback)": f"file:{TOKENIZERS}/hf_json/llama-2-7b-chat-hf/tokenizer.json",
    "tokenizer.json (Unigram, normalised)": f"file:{TOKENIZERS}/hf_json/focus-ar-xlmr-unigram-30k/tokenizer.json",
    "SentencePiece BPE": f"file:{TOKENIZERS}/sentencepiece/llama2.model",
    "SentencePiece Unigram (normalised)": f"file:{TOKENIZERS}/sentencepiece/xlnet.model",
    "tiktoken": f"file:{TOKENIZERS}/tiktoken/o200k_base.tiktoken",
    "tiktoken (NFC first)": f"file:{TOKENIZERS}/tiktoken/qwen.tiktoken",
    "Tekken": "mistral:tekken",
    "GGUF BPE": f"file:{TOKENIZERS}/gguf/ggml-vocab-falcon.gguf",
    "GGUF SPM": f"file:{TOKENIZERS}/gguf/ggml-vocab-llama-spm.gguf",
    "GGUF WordPiece": f"file:{TOKENIZERS}/gguf/ggml-vocab-bert-bge.gguf",
    "vocab.json + merges.txt": f"file:{TOKENIZERS}/gpt2_style/superbpe_200k_t180k/vocab.json",
    "vocab.txt (BERT, uncased)": f"file:{TOKENIZERS}/wordpiece/bert-base-uncased.vocab.txt",
    "RWKV World": f"file:{TOKENIZERS}/rwkv/rwkv_vocab_v20230424.txt",
    "llama2.c": f"file:{TOKENIZERS}/llama2c/llama2_tokenizer.bin",
    "CLIP": f"file:{TOKENIZERS}/other/clip_bpe_simple_vocab_16e6.txt.gz",
}


def mixed_text(n_bytes: int) -> str:
    """Lines of FLORES-200 dev, one of every language in turn, cut to about `n_bytes`."""
    lines, size = [], 0
    for row in zip(*flores().values(), strict=True):
        for line in row:
            lines.append(line)
            size += len(line.encode()) + 1
            if size >= n_bytes:
                return "\n".join(lines).encode()[:n_bytes].decode(errors="ignore")
    return "\n".join(lines)


def bare(tokenizer: Tokenizer, text: str) -> tuple[str, Callable[[], object]]:
    """The library beneath a tokenizer, by name, and its plainest call on the text."""
    if isinstance(tokenizer, HuggingFaceTokenizer):
        backend = tokenizer._backend
        return "tokenizers", lambda: [e.ids for e in backend.encode_batch([text], add_special_tokens=False)]
    if isinstance(tokenizer, SentencePieceTokenizer):
        processor = tokenizer._processor
        return "sentencepiece", lambda: processor.encode([text])
    if isinstance(tokenizer, TiktokenTokenizer):
        encoding = tokenizer._encoding
        return "tiktoken", lambda: encoding.encode_ordinary_batch([text])
    if isinstance(tokenizer, LongestMatchTokenizer):
        matcher = BytesAhoCorasick(list(tokenizer._known), matchkind=MatchKind.LeftmostLongest)
        data = text.encode()
        return "ahocorasick_rs", lambda: matcher.find_matches_as_indexes(data)
    if tokenizer.info.source == "gguf":  # llama.cpp's WordPiece, our own; its vocabulary is that of bert-base-uncased
        return bare(open_tokenizer(SPECS["vocab.txt (BERT, uncased)"]), text)
    raise UserError(f"{type(tokenizer).__name__} has no library beneath that is known here.")


def run() -> str:
    """One row per source.

    Raises:
        UserError: the data folder is not there.
    """
    if not HAS_DATA:
        raise UserError(f"This benchmark needs the data folder at {TOKENIZERS.parent}.")
    rows = []
    for name, spec in SPECS.items():
        tokenizer, cells, library = open_tokenizer(spec), [], ""
        for size in SIZES.values():
            text = mixed_text(size)
            library, call = bare(tokenizer, text)
            ratio = in_turns(lambda: tokenizer.segment(text), call)  # noqa: B023
            cells += [f"{ratio.ours * 1e3:,.2f} ms", f"{ratio.value:.2f}×"]
        rows.append([name, library, *cells])
    head = ["source", "against", *(h for size in SIZES for h in (f"ours, {size}", "ratio"))]
    return markdown("Segmentation against the bare library", head, rows)
