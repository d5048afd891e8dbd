"""Prompts whose end changes the answer, each in its own way."""

from collections.abc import Mapping

EXAMPLES: Mapping[str, bytes] = {
    "Half a word": b"Hello worl",
    "A space at the end": b"The capital of France is ",
    "Half a character": "I say 你".encode()[:-1],
    "Code": b"for i in ran",
    "Two tabs": b"def f(x):\n\t\t",
    "Arabic": "مرحبا بالع".encode(),
}
