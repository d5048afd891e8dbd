"""Answers of a real model that ship in data/probes; `python -m core.probes.bytes.shipping` makes them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from core.common.codec import from_json
from core.common.data_folders import DATA
from core.probes.bytes.found import NextByte

FILE = DATA / "probes" / "next_byte.json"


@dataclass(frozen=True, eq=False)
class ShippedAnswers:
    """Answers of one model.

    Args:
        model: its spec.
        fingerprint: of the model.
        date: when it was asked, ISO 8601.
        n_walked: bytes that were gone through one by one, at most.
        answers: by prompt.
    """

    model: str
    fingerprint: str
    date: str
    n_walked: int
    answers: Mapping[bytes, NextByte]


@cache
def shipped_answers() -> ShippedAnswers:
    """All of them.

    >>> chr(shipped_answers().answers[b"Hello worl"].exact.argmax())
    'd'
    """
    document = json.loads(FILE.read_text(encoding="utf-8"))
    found = {bytes.fromhex(prompt): _answer(one) for prompt, one in document["answers"].items()}
    return ShippedAnswers(document["model"], document["fingerprint"], document["date"], document["walked"], found)


def _answer(one: Mapping[str, object]) -> NextByte:
    arrays = one["arrays"]
    assert isinstance(arrays, dict), "of numbers, by name"
    return from_json(NextByte, json.dumps(one["answer"]), {key: np.array(row) for key, row in arrays.items()})
