"""What all tests share: generated ones state facts, not times, and no test leaves another's program as `__main__`."""

import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("unhurried", deadline=None)  # a busy machine must not fail them
settings.load_profile("unhurried")


@pytest.fixture(autouse=True)
def main_module() -> Iterator[None]:
    """AppTest leaves the page as `__main__`, which worker processes started later would run again."""
    kept = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = kept
