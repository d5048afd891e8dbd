"""A model's own samples as a job, as they ship and as a picture."""

from collections import Counter
from pathlib import Path

import pytest

from components.probes.samples_chart import by_language, samples_chart, samples_table
from core.common.errors import UserError
from core.jobs.result_codec import restored, stored
from core.models.load import open_model
from core.probes.drift_kinds import DriftKind
from core.probes.drift_samples import (
    LANGUAGES,
    TEMPERATURES,
    DriftSamples,
    SampledDrift,
    degrees_of,
    drift_samples_of,
)
from core.probes.drifting import drifting_of
from core.probes.samples.job import params_of
from core.probes.samples.shipped import shipped_samples
from core.tokenizers.catalog import open_tokenizer

# GPT-4 cuts "Hello world" in two: written as a word, a space and a word, it comes back otherwise.
WHOLE, PARTED = (9906, 1917), (9906, 220, 14957)


def by_hand() -> DriftSamples:
    """One sample of two drifts at a temperature of 1, none at 0.5."""
    tokenizer = open_tokenizer("tiktoken:cl100k_base")
    cool, hot = (drifting_of(tokenizer, ids) for ids in ([WHOLE, WHOLE], [WHOLE, PARTED]))
    return DriftSamples("by hand", "", (SampledDrift(0.5, "eng_Latn", cool), SampledDrift(1.0, "eng_Latn", hot)))


def test_the_picture_has_wilson_s_intervals_of_what_was_worked_by_hand() -> None:
    found = by_hand()
    assert [row.found.share.value for row in found.rows] == [0.0, 0.5]
    [line] = samples_chart(found, "x").figure.data
    assert list(line.y) == [0.0, 0.5] and line.name == "English"
    ends = [y + high for y, high in zip(line.y, line.error_y.array, strict=True)]
    assert ends == pytest.approx([0.6576, 0.9055], abs=1e-4)
    assert [*samples_table(found)["Tokens"]] == [4, 5]


def test_what_a_job_stores_is_what_it_found() -> None:
    found = drift_samples_of(open_model("shipped:tiny-english"), ["eng_Latn"], [1.0], 4, 16, 0)
    for one in (found, by_hand()):
        assert restored(DriftSamples, stored(one)) == one


@pytest.mark.parametrize(
    ("languages", "temperatures", "said"),
    [([], ["1"], "no language"), (["eng_Latn"], [], "no temperature"), (["english"], ["1"], "Did you mean eng_Latn")],
)
def test_what_cannot_be_drawn_is_refused_before_a_job_is(
    languages: list[str], temperatures: list[str], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        params_of("shipped:tiny-english", languages, temperatures, 1, 1, 0)


def test_what_ships_is_what_the_probe_draws_by_itself() -> None:
    ready = shipped_samples()
    assert [row.temperature for row in ready.found.rows][: len(TEMPERATURES)] == degrees_of(TEMPERATURES)
    assert [*dict.fromkeys(row.language for row in ready.found.rows)] == [*LANGUAGES]
    assert len(by_language(ready.found)) == len(LANGUAGES)
    for row in ready.found.rows:
        assert row.found.n <= ready.samples and row.found.drifted.keys() <= {*range(row.found.n)}
        for one in row.found.drifted.values():
            assert one.first is not None and one.ids[: one.first] == one.reencoded[: one.first]
            assert one.ids[one.first :][:1] != one.reencoded[one.first :][:1]


def test_the_page_of_the_probe_has_what_ships() -> None:
    page = (Path(__file__).parents[1] / "docs" / "probes" / "drift_samples.md").read_text(encoding="utf-8")
    for name, rows in by_language(shipped_samples().found).items():
        shares = [row.found.share for row in rows]
        cells = [f"{share.value:.2f} [{share.low:.2f}, {share.high:.2f}]" for share in shares]
        assert f"| {name} | {' | '.join(cells)} |" in page
    kinds = Counter(one.kind for row in shipped_samples().found.rows for one in row.found.drifted.values())
    assert kinds.total() == 120 and kinds[DriftKind.WITHIN_WORD] == 56 and kinds[DriftKind.BROKEN] == 7
