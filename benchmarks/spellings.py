"""All spellings of 100 kB counted, exactly, against cutting the text once with the same tokenizer; processor time."""

from benchmarks.measure import markdown, timed
from core.probes.spellings import spellings_of
from core.tokenizers.catalog import open_tokenizer
from tests.datafolder import flores

N_BYTES = 100_000
SPECS = {"SentencePiece BPE": "mistral:v3", "tiktoken": "tiktoken:cl100k_base", "Tekken": "mistral:tekken"}
LANGUAGES = {"English": "eng_Latn", "Hindi": "hin_Deva", "Chinese": "zho_Hans"}


def row(label: str, spec: str, language: str, text: str) -> list[str]:
    """One line of the table."""
    tokenizer = open_tokenizer(spec)
    spellings_of(tokenizer, text[:100])
    found, ours = timed(lambda: spellings_of(tokenizer, text))
    _, once = timed(lambda: tokenizer.segment(text))
    bits = f"{found.bits_per_byte:.2f}" if found.bits_per_byte else "–"
    return [label, language, f"{len(text.encode()):,}", bits, f"{ours:.2f} s", f"{once:.2f} s"]


def run() -> str:
    """The table."""
    texts = {
        name: " ".join(flores()[code]).encode()[:N_BYTES].decode(errors="ignore") for name, code in LANGUAGES.items()
    }
    rows = [row(label, spec, name, text) for label, spec in SPECS.items() for name, text in texts.items()]
    head = ["tokenizer", "text", "bytes", "bits a byte", "counted in", "cut once in"]
    return markdown("Spellings of a text", head, rows)
