"""Every page is drawn in Firefox as well, and no script of it fails there."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from components.publish.page import page as published
from tests.browser.conftest import PATIENCE
from tests.node import ROOT, missing, node, package

APP = ROOT / "app.py"
DRIVER = Path(__file__).parent / "harness" / "firefox.js"
SHOWN = {
    "": "pierce/.ta-text",
    "vocabulary": ".js-plotly-plot .main-svg",
    "train": ".js-plotly-plot .main-svg",
    "probes": ".js-plotly-plot .main-svg",
    "premium": ".js-plotly-plot .main-svg",
    "transplants": ".st-key-picture .js-plotly-plot .main-svg",
    "runs": ".st-key-count_corpus button",
}

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def firefox() -> str:
    """Path of Firefox."""
    package("puppeteer-core")
    found = shutil.which("firefox-esr") or shutil.which("firefox")
    if not found:
        missing("no Firefox (apt-get install firefox-esr)")
    return found


def drawn(firefox: str, wanted: dict[str, str]) -> list[dict[str, list[str]]]:
    """What goes wrong in Firefox at each address, once it shows what a selector names."""
    asked = [{"address": one, "shown": shown, "patience": 1000 * PATIENCE} for one, shown in wanted.items()]
    command = [node(), str(DRIVER), firefox]
    done = subprocess.run(command, cwd=ROOT, input=json.dumps(asked), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_page(firefox: str, app_server: Callable[..., str], tmp_path: Path) -> None:
    file = tmp_path / "index.html"
    file.write_text(published("premium?find=Thai,Lao&counted=gpt-2"), encoding="utf-8")
    address = app_server(APP)
    wanted = {f"{address}/{page}": shown for page, shown in SHOWN.items()}
    seen = drawn(firefox, {**wanted, file.as_uri(): "[data-chart] .main-svg"})
    assert seen == [{"failures": [], "errors": []}] * (len(wanted) + 1)
