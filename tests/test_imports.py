"""What each page imports: nothing that takes seconds and that it does not need."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = ("torch", "transformers", "mistral_common", "ray", "sklearn", "scipy")


@pytest.mark.parametrize(
    "module", ["core.tokenizers.catalog", "core.__main__", "components.segmentation.live_segmentation"]
)
def test_nothing_heavy_is_imported(module: str) -> None:
    code = f"import sys; import {module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    modules = loaded.stdout.split()
    assert [name for name in HEAVY if name in modules] == []


@pytest.mark.parametrize(
    "views", ["components.segmentation.tool.TOOLS", "components.premium.view.VIEWS", "components.probes.view.VIEWS"]
)
def test_no_view_imports_what_is_heavy(views: str) -> None:
    module = views.rpartition(".")[0]
    code = f"import sys; import {module}; {views}.all(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert [name for name in HEAVY if name in loaded.stdout.split()] == []


@pytest.mark.slow
def test_what_opens_models_imports_what_a_library_adds_only_for_the_file_that_needs_it() -> None:
    code = """
import sys
from core.evaluation.base import EVALUATORS
from core.models.load import outline
from core.transplants.base import METHODS
EVALUATORS.all(), METHODS.all(), outline("shipped:tiny-english")
print(*sys.modules)
"""
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert [name for name in ("gguf", "mistral_common", "scipy.stats") if name in loaded.stdout.split()] == []


def test_core_never_imports_streamlit() -> None:
    code = "import sys\nfrom core.tokenizers.catalog import SOURCES\nSOURCES.all()\nprint(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "streamlit" not in loaded.stdout.split()
