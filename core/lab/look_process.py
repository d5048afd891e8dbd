"""The process that looks at one plan; `core.lab.look_apart` starts it, asks it one question and ends it.

It imports everything before it is asked, since that takes seconds, and opens strangers' tokenizers only under limits.
"""

import json
import os

from core.common.codec import Array, to_json
from core.common.errors import UserError
from core.common.garbage import all_stays
from core.common.redact import redacted
from core.common.sandbox.limits import ProcessLimits, end_after, give_way
from core.common.sandbox.pipes import private_pipes
from core.lab.estimate import estimate
from core.lab.foreseen import Look
from core.lab.look_apart import IDLE_SECONDS, SECONDS, memory_mb
from core.lab.participants import outlined
from core.lab.plan import Plan, plan_of
from core.lab.preview import setting, uncounted
from core.lab.submission import submission
from core.models.imports import import_models
from core.tokenizers.isolation.wire import Message, packed


def look(plan: Plan) -> Look:
    """What a plan would do; no model runs.

    Raises:
        UserError: it cannot run; says why.
    """
    participants = outlined(plan)
    return Look(setting(participants), estimate(participants), submission(participants), uncounted(participants))


def main() -> None:
    """Answer for one plan, or end if nobody asks."""
    with all_stays():
        import_models()
    end_after(0, IDLE_SECONDS)
    requests, replies = private_pipes()
    question = requests.read()
    if not question:
        return
    give_way()
    end_after(SECONDS, SECONDS)
    ProcessLimits(data_mb=memory_mb()).apply()
    replies.write(packed(_reply(question)))
    replies.flush()
    os._exit(0)  # what it holds need not be taken apart


def _reply(question: bytes) -> Message:
    arrays: dict[str, Array] = {}
    try:
        text = to_json(look(plan_of(json.loads(question))), arrays)
    except UserError as error:
        return Message("error", {"class": type(error).__name__, "text": redacted(str(error))})
    columns = [[name, array.dtype.str] for name, array in arrays.items()]
    return Message("look", {"arrays": columns}, [text.encode(), *(array.tobytes() for array in arrays.values())])


if __name__ == "__main__":
    main()
