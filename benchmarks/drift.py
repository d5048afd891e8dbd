"""Whether ids come back, told from pairs or stretches, against cutting their text again: encode(decode(ids)).

Processor time, so that a busy machine does not count; with nothing remembered of any text, and with all stretches of it
remembered, between which many sequences about the same things lie. Real tokenizers,
and FLORES-200 in English and in all languages mixed, from the data folder beside the repository.
"""

import sys
import time

from benchmarks.measure import in_turns, markdown
from core.common.errors import UserError
from core.probes.drift_check import drift_check
from core.tokenizers.local_tokenizer import open_local
from core.tokenizers.tokenizer import LocalTokenizer
from tests.datafolder import HAS_DATA, TOKENIZERS, flores

N_BYTES = 200_000
SPECS = {
    "tokenizer.json (byte-level BPE)": f"file:{TOKENIZERS}/hf_json/gpt-2/tokenizer.json",
    "tokenizer.json (BPE with byte fallback)": f"file:{TOKENIZERS}/hf_json/llama-2-7b-chat-hf/tokenizer.json",
    "SentencePiece BPE": "mistral:v1",
    "tiktoken": "tiktoken:cl100k_base",
    "Tekken": "mistral:tekken",
}


def texts() -> dict[str, str]:
    """English, and a line of each language in turn, as whole lines up to so many bytes."""
    lines = flores()
    mixed = "\n".join(line for row in zip(*lines.values(), strict=True) for line in row)
    return {name: text.encode()[:N_BYTES].decode(errors="ignore") for name, text in (
        ("English", " ".join(lines["eng_Latn"] + flores("devtest")["eng_Latn"])), ("204 languages", mixed)
    )}  # fmt: skip


def row(label: str, tokenizer: LocalTokenizer, what: str, text: str) -> list[str]:
    """One line of the table."""
    ids, check = tokenizer.segment(text).ids, drift_check(tokenizer)
    if check.same(ids) is None:
        return [label, what, check.way, f"{len(ids):,}", "–", "–", "–"]
    listed = ids.tolist()

    def ours() -> None:
        check.forget()
        assert check.same(ids), "a text that was cut comes back"

    def again() -> None:
        assert len(tokenizer.encode_many([tokenizer.decode(listed).decode()])[0]) == len(ids)

    new = in_turns(ours, again, seconds=0.0, clock=time.process_time)
    known = in_turns(lambda: check.same(ids), again, seconds=0.0, clock=time.process_time)
    speeds = [f"{len(ids) / one.ours / 1e6:.2f}" for one in (new, known)]
    return [label, what, check.way, f"{len(ids):,}", *speeds, f"{1 / new.value:.1f}, {1 / known.value:.1f}"]


def run() -> str:
    """The table."""
    if not HAS_DATA:
        raise UserError("There is no data folder beside the repository, so there is nothing to measure on.")
    rows, read = list[list[str]](), texts()
    for label, spec in SPECS.items():
        for what, text in read.items():
            rows.append(row(label, open_local(spec), what, text))
            print(" | ".join(rows[-1]), file=sys.stderr, flush=True)  # measured one by one, for minutes
    speed = "million tokens a second"
    head = [
        "tokenizer",
        "text",
        "told by",
        "tokens",
        f"{speed}, new",
        f"{speed}, known",
        "times as fast as cutting again",
    ]
    return markdown("Do ids come back", head, rows)
