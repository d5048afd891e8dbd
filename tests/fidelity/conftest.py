"""Prints the table of what was compared at the end of a run."""

import pytest

from tests.fidelity.table import Row, markdown

ROWS = pytest.StashKey[dict[str, dict[str, int | str]]]()


def rows_of(config: pytest.Config) -> dict[str, dict[str, int | str]]:
    """Counts by tokenizer, filled in by the tests as they pass."""
    return config.stash.setdefault(ROWS, {})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    found = rows_of(config)
    if found:
        terminalreporter.section("fidelity: ids equal to the reference library's")
        counts = {"lines": 0, "scripts": 0, "generated": 0}
        terminalreporter.write_line(markdown([Row(**(counts | row)) for row in found.values()]))
