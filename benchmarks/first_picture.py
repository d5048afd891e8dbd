"""The first picture of the premium page against a page that draws one ready heatmap of 8 × 204 numbers.

Processor time of a fresh process until its first run is over, with imports, and of a later visitor's first run in it.
"""

import json
import subprocess
import sys
from pathlib import Path
from statistics import median

from benchmarks.measure import markdown

ROOT = Path(__file__).parents[1]
READY = """
import numpy as np
import plotly.graph_objects as go
import streamlit as st

z = np.random.default_rng(0).random((8, 204))
st.plotly_chart(go.Figure(go.Heatmap(z=z)), key="ready")
"""
CHILD = """
import json, sys, time
from streamlit.testing.v1 import AppTest

def page():
    return AppTest.from_file(sys.argv[1], default_timeout=300) if len(sys.argv) > 1 else AppTest.from_string(READY)

taken = []
for _ in range(5):
    started = time.process_time()
    assert not page().run().exception
    taken.append(time.process_time() - started)
print(json.dumps([time.process_time() - sum(taken[1:]), sorted(taken[1:])[2]]))
"""


def _taken(*page: str) -> list[float]:
    """(processor seconds of a fresh process until its first picture, of a later visitor's first picture)."""
    code = f"READY = {READY!r}\n{CHILD}"
    done = subprocess.run([sys.executable, "-c", code, *page], cwd=ROOT, capture_output=True, text=True, check=True)
    found: list[float] = json.loads(done.stdout.splitlines()[-1])
    return found


def run(rounds: int = 3) -> str:
    """Both, in turns."""
    pairs = [(_taken("pages/premium.py"), _taken()) for _ in range(rounds)]
    rows = []
    for n, what in enumerate(("a fresh process until its first picture", "the first picture of each later visitor")):
        ours, ready = (median(pair[side][n] for pair in pairs) for side in (0, 1))
        rows.append([what, f"{ours * 1000:,.0f} ms", f"{ready * 1000:,.0f} ms", f"{ours / ready:.2f}×"])
    return markdown(
        "The premium page as it opens, processor time of the server",
        ["measured", "ours", "a page of one ready heatmap, 8 × 204", "ratio"],
        rows,
    )
