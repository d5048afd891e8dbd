"""The process that draws one page to publish it; `core.export.publish` starts it, asks it once and ends it."""

import json
import logging
import os

from components.frame.visitor import stand_in
from components.publish.page import page
from core.common.errors import UserError
from core.common.redact import redacted
from core.common.sandbox.limits import ProcessLimits, end_after
from core.common.sandbox.pipes import private_pipes
from core.export.publish import ERROR, PAGE, SECONDS, memory_mb
from core.jobs.owner import Visitor
from core.tokenizers.serving import serve


def main() -> None:
    """Answer with the page of one link, or with the reason why there is none."""
    requests, replies = private_pipes()
    question = json.loads(requests.read())
    end_after(SECONDS, SECONDS)
    ProcessLimits(data_mb=memory_mb()).apply()
    logging.disable(logging.WARNING)  # Streamlit warns of each script without a browser
    serve()  # a page opens no stranger's tokenizer in its own process, here as on a server
    if question["visitor"]:
        stand_in(Visitor(question["visitor"]))
    try:
        answer = PAGE + page(question["link"]).encode()
    except UserError as error:
        answer = ERROR + redacted(str(error)).encode()
    replies.write(answer)
    replies.flush()
    os._exit(0)  # what it holds need not be taken apart


if __name__ == "__main__":
    main()
