"""What the page says of two premiums does not depend on what else it shows."""

from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise
from types import ModuleType

import pandas as pd
import pytest

from components.charts.chart import Chart
from components.premium.views import differences, ranked, slope
from tests.pages import opened

pytestmark = pytest.mark.usefixtures("one_server")

SOME = ["gpt-2", "o200k", "superbpe-200k"]
Verdicts = dict[frozenset[str] | str, str]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[pd.DataFrame, str]]:
    """The numbers and the captions of a view under these controls."""

    def found(view: ModuleType, **query: str | list[str]) -> tuple[pd.DataFrame, str]:
        seen: list[pd.DataFrame] = []

        def keep(chart: Chart, *_: object) -> None:
            seen.append(chart.numbers())

        monkeypatch.setattr(view, "show", keep)
        app = opened("premium", **{"premium": view.VIEW.label, **query})
        assert not app.error
        return seen[0], "\n".join(each.value for each in app.caption)

    return found


def neighbours(numbers: pd.DataFrame) -> Verdicts:
    languages, said = list(numbers["Language"]), list(numbers["Against the row above"])
    return {frozenset(pair): verdict for pair, verdict in zip(pairwise(languages), said[1:], strict=True)}


def pairs(numbers: pd.DataFrame) -> Verdicts:
    return {
        frozenset((a, b)): c for a, b, c in zip(numbers["First"], numbers["Second"], numbers["Verdict"], strict=True)
    }


def one_verdict_each(found: list[Verdicts]) -> int:
    """How many are known from several; each is the same in all."""
    by_pair: dict[object, list[str]] = defaultdict(list)
    for verdicts in found:
        for pair, verdict in verdicts.items():
            by_pair[pair].append(verdict)
    several = {pair: said for pair, said in by_pair.items() if len(said) > 1}
    assert {pair: said for pair, said in several.items() if len(set(said)) > 1} == {}
    return len(several)


def test_two_languages_have_one_verdict_whatever_else_is_shown_and_wherever(shown: Callable[..., object]) -> None:
    asia = {"find": "Tamil, Khmer, Georgian, Kannada, Odia, Lao, Burmese, Thai"}
    ranking = [neighbours(shown(ranked, **query)[0]) for query in ({}, {"which": "All"}, asia, {"counted": SOME})]
    matrix = pairs(shown(differences, compare="Languages", sort="Name", **asia)[0])
    assert len(ranking[1]) == 203
    assert one_verdict_each([*ranking, matrix]) > 30
    assert {"differs", "not told apart"} < set(ranking[1].values())
    alike = {"language": "mya_Mymr", "counted": ["llama-3", "cl100k"]}
    assert "differs, but by less than 1 %" in set(ranking[1].values()) | set(matrix.values()) | {
        *pairs(shown(differences, **alike)[0]).values()
    }


def test_two_tokenizers_have_one_verdict_whichever_are_chosen(shown: Callable[..., object]) -> None:
    found = [pairs(shown(differences, language="tha_Thai", **query)[0]) for query in ({}, {"counted": SOME})]
    assert one_verdict_each(found) == 1  # GPT-2 and o200k
    assert len(found[0]) == 28


def test_a_change_has_one_verdict_whatever_is_found(shown: Callable[..., object]) -> None:
    queries: tuple[dict[str, str], ...] = ({}, {"find": "Latin"}, {"sort": "Script", "find": "Atlantic-Congo"})
    tables = [shown(slope, **query)[0] for query in queries]
    assert one_verdict_each([dict(zip(each["Language"], each["Verdict"], strict=True)) for each in tables]) > 50


def test_captions_say_how_many_comparisons_there_are(shown: Callable[..., object]) -> None:
    said = shown(ranked, find="Thai, Lao")[1]
    assert (
        "paired test over articles, 5 % after Holm's correction for all 20\u202f706 pairs of languages under GPT-2"
        in said
    )
    assert "all 203 languages, shown or not" in shown(slope, find="Thai, Lao")[1]
    assert "pairs of the tokenizers that ship on" in shown(differences)[1]


def test_the_margin_changes_words_and_no_difference(shown: Callable[..., object]) -> None:
    chosen = {"language": "mya_Mymr", "counted": ["gpt-2", "cl100k", "llama-3", "xlm-r"]}
    fine, coarse = (pairs(shown(differences, **chosen, margin=margin)[0]) for margin in ("0.1", "50"))
    assert {frozenset(pair) for pair, said in fine.items() if "less than" in said} == {
        frozenset(("Llama 3", "cl100k (GPT-4)"))
    }
    assert sum("differs, but by less than 50 %" in said for said in coarse.values()) > 1
    for pair, said in fine.items():
        assert said.startswith("differs") == coarse[pair].startswith("differs")
