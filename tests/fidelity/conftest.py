"""Prints the table of what was compared at the end of a run, in however many processes the tests ran."""

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.fidelity.table import Row, markdown

COMPARED = "compared"
_FOUND: dict[tuple[str, str, str], Counter[str]] = {}


@pytest.fixture(scope="module", autouse=True)
def no_trial() -> Iterator[None]:
    """Files that are known to be good need no trial in a process of their own: 70 of them, a second each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOKEN_ATLAS_VET", "off")
        yield


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" and report.passed:
        for name, value in report.user_properties:
            if name == COMPARED:
                tokenizer, counts = value
                _FOUND.setdefault(tuple(tokenizer), Counter()).update(counts)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _FOUND:
        terminalreporter.section("fidelity: ids equal to the reference library's")
        rows = [Row(*tokenizer, n["lines"], n["scripts"], n["generated"]) for tokenizer, n in _FOUND.items()]
        terminalreporter.write_line(markdown(rows))
