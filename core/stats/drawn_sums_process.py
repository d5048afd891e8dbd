"""The process that sums over resampled items; `core.stats.drawn_sums` starts it. float32 come in, float64 go out."""

import json
import sys

import numpy as np

from core.common.sandbox.confine import confine
from core.common.sandbox.limits import ProcessLimits, die_with_parent, end_after, give_way
from core.common.sandbox.pipes import private_pipes
from core.stats.bootstrap import Draws
from core.stats.drawn_sums import SECONDS, sums_here


def main(draws: str, n_rows: str, memory_mb: str) -> None:
    """Answer one question; it has numbers only, and gets nothing but them."""
    requests, replies = private_pipes()
    give_way()
    end_after(0, SECONDS)
    ProcessLimits(data_mb=int(memory_mb), writes=False).apply()
    confine()
    rows = np.frombuffer(requests.read(), np.float32).reshape(int(n_rows), -1)
    replies.write(sums_here(rows, Draws(**json.loads(draws))).astype(np.float64).tobytes())
    replies.close()


if __name__ == "__main__":
    die_with_parent(int(sys.argv[1]))
    main(*sys.argv[2:])
