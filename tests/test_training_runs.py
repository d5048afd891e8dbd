"""Several pre-tokenizers, cuts of digits, normalisers and mixtures in one plan: asked for, named, and told apart."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from components.training import form
from components.training.charts import by_size_chart, by_text_chart
from components.training.context import TrainingContext
from components.training.finding import finding
from components.training.looks import looks_of
from components.widgets.page_link import component as link
from core.__main__ import main
from core.common.errors import UserError
from core.training.asked import asked_recipe
from core.training.family import SIZES, shipped_one
from core.training.job import recipes_in
from core.training.keep import usual_name
from core.training.recipe import Trained, TrainingRecipe
from core.training.runs import differences, run_key, run_label, run_of
from core.training.train import parts_of
from tests.jobs_home import jobs_home
from tests.pages import opened
from tests.test_command_line import Output, refused
from tests.test_train_command import SOME
from tests.test_train_page import said
from tests.training import files


def made(trainer: str, size: int, seed: int = 0, shares: Sequence[float] = (), **options: str) -> Trained:
    """One of the family as if it had been trained otherwise."""
    one = shipped_one(trainer, size)
    recipe = replace(one.recipe, options=replace(one.recipe.options, **options), seed=seed, shares=tuple(shares))
    return replace(one, recipe=recipe)


def recipes(*found: Trained) -> list[TrainingRecipe]:
    return [one.recipe for one in found]


def test_a_run_is_named_by_what_tells_it_from_those_beside_it() -> None:
    usual, gpt2, other = made("bpe", SIZES[0]), made("bpe", SIZES[0], pre="gpt2"), made("unigram", SIZES[0])
    alone, beside = recipes(usual, other), recipes(usual, gpt2, other)
    assert [run_label(one, alone) for one in alone] == ["BPE on bytes", "Unigram"]
    assert [run_label(one, beside) for one in beside] == ["BPE on bytes, o200k", "BPE on bytes, gpt2", "Unigram"]
    assert [run_key(one, beside) for one in beside] == ["bpe~o200k", "bpe~gpt2", "unigram"]
    assert run_label(usual.recipe) == "BPE on bytes" and run_label(gpt2.recipe) == "BPE on bytes, gpt2"
    digits = made("bpe", SIZES[0], seed=2, digits="alone", normaliser="nfkc")
    assert run_label(digits.recipe, recipes(usual, digits)) == "BPE on bytes, digits alone, nfkc, seed 2"
    assert run_label(usual.recipe, recipes(usual, digits)) == (
        "BPE on bytes, digits as the pre-tokenizer, no normaliser"
    )
    assert differences(usual.recipe, digits.recipe) == ["cut of digits", "normaliser", "seed"]
    assert usual_name(gpt2).startswith("bpe-gpt2-4096-") and usual_name(usual).startswith("bpe-4096-")


def test_mixtures_of_many_texts_are_named_by_their_largest_where_that_tells_them_apart() -> None:
    n = len(made("bpe", SIZES[0]).recipe.files)
    rest = (10.0,) * (n - 2)
    first, second, third = ((a, b, *rest) for a, b in ((90, 10), (10, 90), (90, 20)))
    several = [made("bpe", SIZES[0], shares=one).recipe for one in ((), (1.0,) * n, first, second)]
    assert [run_label(one, several) for one in several] == [
        "BPE on bytes, all there is", "BPE on bytes, equal shares", "BPE on bytes, 43% English",
        "BPE on bytes, 43% German",
    ]  # fmt: skip
    alike = [made("bpe", SIZES[0], shares=one).recipe for one in (first, (90, 10, *rest[:-1], 10.001))]
    assert len({run_label(one, alike) for one in alike}) == 2, "in full where they would be called alike"
    assert run_label(alike[0], [alike[0], made("bpe", SIZES[0], shares=third).recipe]) == "BPE on bytes, 43% English"


def test_every_run_of_a_plan_has_a_look_and_a_line_of_its_own_and_its_seeds_share_it() -> None:
    ways = list(product(("bpe", "unigram"), ("gpt2", "o200k"), ((), (3.0,) * 13), (0, 1), SIZES[:2]))
    plan = [made(key, n, seed, shares, pre=pre) for key, pre, shares, seed, n in ways]
    looks = looks_of(plan)
    assert len(looks) == 16 and len({(one.colour, one.symbol, one.dash) for one in looks.values()}) == 8
    assert len({one.name for one in looks.values()}) == 8
    bpe = [looks[run_of(one.recipe)] for one in plan if one.recipe.trainer == "bpe"]
    assert len({one.colour for one in bpe}) == 1, "a trainer keeps its colour"
    one_trainer = looks_of([one for one in plan if one.recipe.trainer == "bpe"])
    assert len({one.colour for one in one_trainer.values()}) == 4, "of one alone each way has one"
    for chart in (
        by_size_chart(plan, "All texts"),
        by_text_chart([one for one in plan if one.n_vocabulary == 4096], plan),
    ):
        assert Counter(trace.name for trace in chart.figure.data) == dict.fromkeys({one.name for one in bpe}, 2) | {
            one.name: 2 for one in looks.values()
        }
        assert sum(trace.showlegend for trace in chart.figure.data) == 8
    assert len(TrainingContext(plan).runs) == 16
    assert all(len(ones) == 2 for ones in TrainingContext(plan).runs.values())


def test_the_finding_says_in_what_the_two_differ() -> None:
    better = made("bpe", SIZES[0], pre="gpt2", digits="alone")
    better = replace(better, whole=replace(better.whole, bytes_per_token=9.0, low=8.9, high=9.1))
    found = finding([made("bpe", SIZES[0]), better], complete=True)
    assert "**BPE on bytes, gpt2, digits alone** puts most into a token, 9.00 bytes" in found
    assert found.endswith("These two differ in pre-tokenizer and cut of digits; everything else is the same.")


def read_as(one: Trained, bytes_per_token: float, n_bytes: int = 0) -> Trained:
    whole = replace(one.whole, bytes_per_token=bytes_per_token, low=bytes_per_token, high=bytes_per_token)
    return replace(one, whole=replace(whole, n_bytes=n_bytes or whole.n_bytes))


def test_seeds_are_averaged_since_each_is_measured_on_other_lines() -> None:
    """The best of one seed stood beside the worst of another, which reads other lines."""
    values = {("gpt2", 0): 3.0, ("gpt2", 1): 4.0, ("o200k", 0): 2.9, ("o200k", 1): 3.8, ("o200k", 2): 9.0}
    plan = [read_as(made("bpe", SIZES[0], seed, pre=pre), value) for (pre, seed), value in values.items()]
    found = finding(plan, complete=True)
    assert "**BPE on bytes, gpt2** puts most into a token, 3.50 bytes on average over 2 seeds" in found
    assert "4% more than BPE on bytes, o200k. It is so with each of them." in found and "seed 2" not in found
    assert "differ in pre-tokenizer; everything" in found
    other = finding([*plan[:3], read_as(plan[3], 4.1)], complete=True)
    assert "o200k. It is not so" not in other or "not so with each" in other
    alone = finding(plan[2:], complete=True)
    assert "BPE on bytes, 4" in alone and "on average over 3 seeds (2.90 to 9.00)" in alone


def test_amounts_of_text_and_what_is_lost_are_said() -> None:
    more = read_as(made("bpe", SIZES[0], shares=(2.0, 1.0), normaliser="lowercase"), 3.002, 90 * 1024)
    found = finding([more, read_as(made("bpe", SIZES[0]), 3.0, 30 * 1024)], complete=True)
    assert "0.1% more than" in found
    assert "differ in normaliser, mixture and amount of text (90 kB and 30 kB); everything else" in found
    assert found.endswith("lowercase changes a text first, so that its tokens do not give it back as it was.")


def test_shares_that_say_the_same_are_one_mixture_and_are_kept_to_the_byte(tmp_path: Path) -> None:
    long, lines = tmp_path / "long.txt", tmp_path / "lines.txt"
    long.write_text("\n".join("word " * 12_000 for _ in range(4)))
    lines.write_text("".join(f"line {n} of many\n" for n in range(20_000)))
    names = [str(long), str(lines)]
    three = [asked_recipe("bpe", 300, names, shares=shares) for shares in ((3, 1), (6, 2), (0.3, 0.1))]
    assert three[0] == three[1] and three[0].shares == (3.0, 1.0)
    assert asked_recipe("bpe", 300, names[:1], shares=(7,)).shares == ()
    for shares in ((1, 1), (3, 1), (1, 9)):
        first, second = (part.n_bytes for part in parts_of(asked_recipe("bpe", 300, names, shares=shares)))
        assert first / second == pytest.approx(shares[0] / shares[1], rel=1e-3), "lines are long"
    with pytest.raises(UserError, match=r"Of shares from 0\.001 to 1000 the least leaves next to nothing"):
        asked_recipe("bpe", 300, names, shares=(1000, 0.001))


def test_texts_of_one_name_are_told_apart(tmp_path: Path) -> None:
    names = []
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        path = tmp_path / folder / "n.txt"
        path.write_text(f"{folder} and more of it\n" * 30)
        names.append(str(path))
    assert [part.name for part in parts_of(asked_recipe("bpe", 300, names))] == ["n", "n (2)"]


def test_the_page_asks_for_each_with_each(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, written = list[TrainingRecipe](), dict[str, list[str]]()
    monkeypatch.setattr(form, "submit", lambda _, params, *__: asked.extend(recipes_in(params)))
    monkeypatch.setattr(link, "page_link", lambda parameters, **_: written.update(parameters))
    chosen = {
        "train_trainers": ["bpe", "wordpiece"], "train_sizes": ["500"], "train_pre": ["gpt2", "its usual one"],
        "train_digits": ["alone", "as the pre-tokenizer"],
    }  # fmt: skip
    app = opened("train", **chosen)
    app.button(key="train_submit").click().run()
    assert not app.error and not app.exception
    assert [(one.trainer, one.options.pre, one.options.digits) for one in asked] == [
        ("bpe", "o200k", "as the pre-tokenizer"), ("bpe", "o200k", "alone"),
        ("bpe", "gpt2", "as the pre-tokenizer"), ("bpe", "gpt2", "alone"),
        ("wordpiece", "bert", "as the pre-tokenizer"), ("wordpiece", "bert", "alone"),
    ]  # fmt: skip
    assert {key: sorted(written[key]) for key in chosen} == {key: sorted(values) for key, values in chosen.items()}


def test_mixtures_are_set_one_by_one_and_stand_in_the_link(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, written = list[TrainingRecipe](), dict[str, list[str]]()
    monkeypatch.setattr(form, "submit", lambda _, params, *__: asked.extend(recipes_in(params)))
    monkeypatch.setattr(link, "page_link", lambda parameters, **_: written.update(parameters))
    app = opened("train", train_trainers="bpe", train_sizes="500")
    n = len(app.multiselect(key="train_languages").value) + 1
    app.toggle(key="train_set_shares").set_value(True).run()
    assert app.button(key="train_add_mixture").disabled, "all the same is there already"
    app.slider(key="train_share_python").set_value(100).run()
    app.button(key="train_add_mixture").click().run()
    assert "One tokenizer on" in said(app), "instead of what nobody chose"
    mixture = ":".join(["1"] * (n - 1) + ["2"])
    assert written["train_mixtures"] == [mixture]
    app = opened("train", train_trainers="bpe", train_sizes="500", train_mixtures=["equal", mixture, "1:2", "x"])
    app.button(key="train_submit").click().run()
    assert not app.error and not app.exception
    assert [one.shares for one in asked] == [(1.0,) * n, (1.0,) * (n - 1) + (2.0,)]


def test_what_is_no_mixture_is_said(capsys: Output, tmp_path: Path) -> None:
    paths = files(tmp_path, SOME)
    start = ["train", "--trainer", "bpe", "--vocab", "500", "--file", paths[0], "--file", paths[1]]
    assert "'3:many' is no mixture" in refused(capsys, *start, "--mixture", "3:many")
    assert "3 shares for 2 texts" in refused(capsys, *start, "--mixture", "3:1:1")
    several = refused(capsys, *start, "--mixture", "3:1", "--share", "1", "--share", "1")
    assert "Leave out one of them" in several
    assert "pre-tokenizer of bpe" in refused(capsys, *start, "--pre", "gpt2", "--pre", "gpt5")


@pytest.mark.slow
def test_the_command_trains_each_with_each_and_says_which_is_which(capsys: Output, tmp_path: Path) -> None:
    paths = files(tmp_path, SOME)
    plan = ["train", "--trainer", "bpe", "--vocab", "500", "--file", paths[0], "--file", paths[1], "--pre", "gpt2",
            "--pre", "none", "--mixture", "all", "--mixture", "3:1"]  # fmt: skip
    with jobs_home(tmp_path / "home"):
        assert main([*plan, "--json"]) == 0
        found = json.loads(capsys.readouterr().out)["tokenizers"]
        assert [(one["pre"], one["shares"]) for one in found] == [
            ("gpt2", None), ("gpt2", [3, 1]), ("none", None), ("none", [3, 1])
        ]  # fmt: skip
        assert len({one["spec"] for one in found}) == 4 and found[0]["spec"].startswith("trained:bpe-gpt2-500-")
        by_text = [[part["trained_bytes"] for part in one["by_text"].values()] for one in found]
        assert by_text[1][0] > 2.5 * by_text[1][1] and by_text[0][0] < by_text[0][1], "Russian takes more bytes"
        assert main(plan) == 0
        told = capsys.readouterr().out
        assert all(f"BPE on bytes, {way}, 500 entries" in told for way in ("gpt2, all there is", "none, shares 3:1"))


def _time() -> None:
    from dataclasses import replace
    from math import nan

    import streamlit as st

    from components.training.context import TrainingContext
    from components.training.views.time import draw
    from core.training.family import SIZES, shipped_one

    known = st.session_state.get("known", False)
    draw(TrainingContext([replace(shipped_one("bpe", n), peak_bytes=n * 1024.0 if known else nan) for n in SIZES]))


def test_memory_stands_beside_seconds_where_it_is_known() -> None:
    app = AppTest.from_function(_time).run()
    assert not app.exception and len(app.get("plotly_chart")) == 1 and "is not known of these" in app.caption[0].value
    app.session_state["known"] = True
    app.run()
    assert (
        not app.exception
        and len(app.get("plotly_chart")) == 2
        and "beyond what was there before." in app.caption[0].value
    )
