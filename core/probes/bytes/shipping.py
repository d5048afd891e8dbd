"""`python -m core.probes.bytes.shipping`: ask a real model about the example prompts anew, into data/probes.

Fetches a model of 93 MB once; takes three minutes of a processor. Probabilities are written with six decimals.
"""

import json

from core.common.atomic import write_whole
from core.common.codec import Array, Json, plain
from core.models.language_model import LanguageModel
from core.models.load import open_model
from core.models.shipped import REAL_MODEL
from core.probes.bytes.ends import next_byte_ends
from core.probes.bytes.examples import EXAMPLES
from core.probes.bytes.found import NextByte
from core.probes.bytes.shipped import FILE
from core.probes.shipping import today, versions

_WALKED, _ENDS, _DECIMALS = 64, 6, 6


def document(model: LanguageModel) -> Json:
    """All that ships of one model."""
    answers = {}
    for prompt in EXAMPLES.values():
        for back, one in enumerate(next_byte_ends(model, prompt, _WALKED, False, _ENDS).answers):
            if one.found is not None:
                answers[prompt[: len(prompt) - back].hex()] = _written(one.found)
    return {
        "model": model.spec,
        "fingerprint": model.fingerprint,
        "date": today(),
        "versions": list(versions()),
        "walked": _WALKED,
        "answers": answers,
    }


def _written(found: NextByte) -> Json:
    arrays: dict[str, Array] = {}
    answer = plain(found, arrays)
    return {"answer": answer, "arrays": {key: row.round(_DECIMALS).tolist() for key, row in arrays.items()}}


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    write_whole(FILE, json.dumps(document(open_model(REAL_MODEL)), ensure_ascii=False).encode())
