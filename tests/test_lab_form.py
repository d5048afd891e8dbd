"""The form of the lab comes to the plan that it was filled from; nothing of it is dropped in silence."""

from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from components.cached import lab as cached_lab
from core.__main__ import parser
from core.cli.lab import asked_plan
from core.common.errors import UserError
from core.common.params import Param
from core.lab.files_seen import files_seen
from core.lab.link import plan_to_link
from core.lab.plan import MOST_SEED, Choice, Plan
from core.lab.sweep import lines_of, seeds_of, swept
from tests.pages import opened

PARAMS = (
    Param(key="k", label="Atoms", default=8, help="How many.", low=0, high=1_000),
    Param(key="center", label="Centred", default=True, help="Whether."),
    Param(key="decay", label="Decay", default=0.5, help="How much.", low=0, high=1),
)
PLAN = Plan(
    "file:/nowhere/base",
    donor="file:/nowhere/donor",
    methods=(
        Choice("subword_mean"),
        Choice("omp_robust", {"k": 4}),
        Choice("omp_robust", {"k": 8}),
        Choice("omp_robust"),
        Choice("nearest", {"k": 3}),
    ),
    evaluators=(Choice("bits_per_byte"), Choice("held_out_anchors", {"share": 0.25})),
    corpus="sample",
    languages=("eng_Latn", "arb_Arab"),
    sentences=12,
    seeds=(3, 7),
    device="cpu",
    dtype="bfloat16",
    out_dtype="float16",
    pad_to=64,
)


@pytest.fixture(autouse=True)
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[Plan]:
    """Plans that the form came to, which are not looked at here."""
    found: list[Plan] = []

    def look(plan: Plan) -> None:
        found.append(plan)
        raise UserError("That is not there.")

    monkeypatch.setattr("components.cached.lab.look", look)
    monkeypatch.setattr("components.cached.lab.prepare", lambda: None)
    return found


def form_of(plan: Plan) -> AppTest:
    return opened("transplants", plan=plan_to_link(plan) or "")


def errors(page: AppTest) -> list[str]:
    return [each.value.replace("\\", "") for each in page.error]


def test_a_line_is_all_combinations_of_its_values() -> None:
    assert swept("m", PARAMS, "k = 4, 8, center = on, off") == [
        {"k": k, "center": on} for k in (4, 8) for on in (True, False)
    ]
    assert swept("m", PARAMS, "") == [{}]


@pytest.mark.parametrize("settings", [
    [{"k": 4}, {"k": 8}, {}],
    [{"k": 4, "decay": 0.1}, {"center": False}],
    [{"decay": 0.25}, {"decay": 1e-05}],
])  # fmt: skip
def test_settings_come_back_from_their_lines(settings: list[dict[str, object]]) -> None:
    default = {param.key: param.default for param in PARAMS}
    read = [each for line in lines_of(PARAMS, settings) for each in swept("m", PARAMS, line)]  # type: ignore[arg-type]
    assert [default | each for each in read] == [default | each for each in settings]


@pytest.mark.parametrize("line, words", [
    ("4, 8", "NAME=VALUE"),
    ("k =", "NAME=VALUE"),
    ("= 4", "NAME=VALUE"),
    ("k = 4, k = 8", "given twice"),
    ("n = 4", "no parameter of m"),
    ("k = four", "whole number"),
    ("k = 4, 2000", "0 to 1000"),
    ("k = " + ", ".join(map(str, range(41))), "too many"),
    (", ".join(f"{p} = {', '.join(map(str, range(40)))}" for p in ("k", "decay", "a", "b", "c", "d", "e")), "too many"),
])  # fmt: skip
def test_a_line_that_cannot_be_read_says_why(line: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        swept("m", PARAMS, line)


def test_seeds_are_whole_numbers() -> None:
    assert seeds_of("3, 7,") == (3, 7)
    assert seeds_of(f"4294967296, {MOST_SEED}, 007") == (2**32, MOST_SEED, 7), (
        "as a plan and the command line take them"
    )
    for line in ("1.5", "-1", "x", "²", "0-4", str(MOST_SEED + 1), "9" * 5_000):
        with pytest.raises(UserError, match="no seed"):
            seeds_of(line)


def test_the_form_comes_to_the_plan_in_its_link(looked_at: list[Plan]) -> None:
    page = form_of(PLAN)
    assert page.text_input(key="lab_sweep_omp_robust").value == "k = 4, 8, 0"
    assert page.text_input(key="lab_seeds").value == "3, 7"
    assert looked_at == [PLAN]


def test_several_settings_are_typed_in_a_line(looked_at: list[Plan]) -> None:
    page = form_of(replace(PLAN, methods=(Choice("omp_robust"),), seeds=(0,)))
    page.text_input(key="lab_sweep_omp_robust").set_value("k = 4, 8; k = 16, least_norm = 0.2").run()
    page.text_input(key="lab_seeds").set_value("1, 2").run()
    page.run()  # the browser still sends the link that was opened: Compare ran its plan, and not the one on the screen
    plan = looked_at[-1]
    assert [choice.params for choice in plan.methods] == [{"k": 4}, {"k": 8}, {"k": 16, "least_norm": 0.2}]
    assert plan.seeds == (1, 2)
    page.query_params["plan"] = plan_to_link(PLAN) or ""
    page.run()
    assert looked_at[-1] == PLAN, "another link is news"
    page.query_params["plan"] = plan_to_link(plan) or ""
    page.run()
    assert looked_at[-1] == plan, "and so is the first one after it"


def test_a_line_that_cannot_be_read_is_one_message_and_its_method_is_named_as_left_out() -> None:
    page = form_of(replace(PLAN, methods=(Choice("omp_robust"), Choice("ridge"))))
    before = errors(page)
    page.text_input(key="lab_sweep_omp_robust").set_value("k = many").run()
    assert not page.exception
    assert [each for each in errors(page) if each not in before] == [
        "k cannot be 'many': give a whole number, such as 0."
    ]
    assert any("Left out: OMP robust" in each.value.replace("\\", "") for each in page.caption)


@pytest.mark.parametrize("value", ["abc", 10**12, -1])
def test_a_value_of_a_link_that_cannot_be_is_said_and_the_form_stands(value: object) -> None:
    page = form_of(replace(PLAN, methods=(Choice("omp_robust", {"k": value}),)))  # type: ignore[dict-item]
    assert any("k cannot be" in each and each.endswith("Until you type one it is 0.") for each in errors(page))
    assert page.text_input(key="lab_param_omp_robust_k").value == str(value), "what was in the link can be mended"


@pytest.mark.parametrize("key", ["k", "decay"])
def test_no_number_is_without_end(key: str) -> None:
    """A link may hold 1e999, of which int() makes no whole number."""
    one = next(param for param in PARAMS if param.key == key)
    for given in (float("inf"), float("-inf"), float("nan"), "inf", "1e999"):
        with pytest.raises(UserError, match=f"{key} cannot be"):
            one.read(given)


def test_a_ridge_between_chosen_and_none_is_refused_on_the_page_in_a_link_and_on_the_command_line() -> None:
    page = form_of(replace(PLAN, methods=(Choice("ridge", {"ridge": -0.5}),)))
    words = "ridge cannot be -0.5: give a number from 0 to 1e+06, or -1 to have it chosen."
    assert f"{words} Until you type one it is -1." in errors(page)
    page.text_input(key="lab_param_ridge_ridge").set_value("0,5").run()
    assert not any(words in each for each in errors(page))
    page.text_input(key="lab_param_ridge_ridge").set_value("-0,5").run()
    assert f"{words} Until you type one it is 0.5." in errors(page)
    with pytest.raises(UserError, match=r"ridge cannot be -0\.5"):
        asked_plan(parser().parse_args(["lab", "--model", "m", "--donor", "d", "--method", "ridge:ridge=-0.5"]))


@pytest.mark.parametrize("methods", [
    (Choice("ridge", {"rige": 1.0}),),
    (Choice("ridge", {"rige": 1.0}), Choice("ridge", {"rige": 2.0})),
])  # fmt: skip
def test_a_parameter_of_a_link_that_there_is_not_is_said(methods: tuple[Choice, ...]) -> None:
    page = form_of(replace(PLAN, methods=methods, evaluators=(Choice("bits_per_byte", {"speed": 1}),)))
    assert any("parameter of ridge 'rige'" in each and "ridge" in each for each in errors(page)), errors(page)
    assert any("parameter of bits_per_byte 'speed'" in each for each in errors(page))
    page.run()
    assert not any("rige" in each or "speed" in each for each in errors(page))


def test_a_number_written_as_text_is_read() -> None:
    page = form_of(replace(PLAN, methods=(Choice("omp_robust", {"k": "7"}),)))
    assert page.text_input(key="lab_param_omp_robust_k").value == "7"


@pytest.mark.parametrize(("key", "typed", "field", "name", "found"), [
    ("lab_sentences", "1e3", "1000", "sentences", 1000),
    ("lab_sentences", "1,000", "1000", "sentences", 1000),
    ("lab_minutes", "1,5", "1.5", "budget_seconds", 90.0),
    ("lab_pad_to", "1 024", "1024", "pad_to", 1024),
    ("lab_pad_to", "", "1", "pad_to", 1),
    ("lab_param_omp_robust_k", "1e1", "10", "methods", (Choice("omp_robust", {"k": 10}),)),
    ("lab_param_omp_robust_least_norm", "0,25", "0.25", "methods", (Choice("omp_robust", {"least_norm": 0.25}),)),
])  # fmt: skip
def test_a_number_is_read_as_people_type_it(
    key: str, typed: str, field: str, name: str, found: object, looked_at: list[Plan]
) -> None:
    page = form_of(replace(PLAN, methods=(Choice("omp_robust"),)))
    page.text_input(key=key).set_value(typed).run()
    assert page.text_input(key=key).value == field and getattr(looked_at[-1], name) == found


@pytest.mark.parametrize(("key", "typed", "words"), [
    ("lab_sentences", "1.5", "Sentences of each: '1.5' is no whole number from 1 to 5000. Until you type one it is"),
    ("lab_pad_to", "0", "Rows a multiple of: '0' is no whole number from 1 to"),
    ("lab_minutes", "-1", "Minutes at most: '-1' is no number from 0 to 10000. Until you type one it is 0."),
    ("lab_param_omp_robust_k", "2,5", "k cannot be '2.5': give a whole number"),
    ("lab_param_omp_robust_k", "1e300", "k cannot be '1e300': give a whole number"),
])  # fmt: skip
def test_what_is_no_such_number_is_said_and_the_last_good_one_counts(
    key: str, typed: str, words: str, looked_at: list[Plan]
) -> None:
    page = form_of(replace(PLAN, methods=(Choice("omp_robust"),)))
    before = looked_at[-1]
    page.text_input(key=key).set_value(typed).run()
    assert any(words in each for each in errors(page)), errors(page)
    assert looked_at[-1] == before
    page.query_params["plan"] = plan_to_link(replace(PLAN, sentences=3)) or ""
    page.run()
    assert looked_at[-1].sentences == 3 and not any(words in each for each in errors(page)), "a link is news"


def test_what_a_plan_names_and_is_not_here_is_said() -> None:
    page = form_of(replace(PLAN, methods=(Choice("ridge"), Choice("of_tomorrow")), evaluators=(Choice("of_the_day"),)))
    assert any("no method 'of_tomorrow'" in each for each in errors(page))
    assert any("no measure 'of_the_day'" in each for each in errors(page))


@pytest.mark.parametrize(("keys", "words"), [
    (("mean",), "Mean runs in every comparison"),
    (("mean", "random_coefficients"), "Mean and Random coefficients (control) run in"),
])  # fmt: skip
def test_a_plan_of_controls_alone_says_that_a_method_is_missing(keys: tuple[str, ...], words: str) -> None:
    """They run along without being asked for, so that the form stood without a method and did not say why."""
    page = form_of(replace(PLAN, methods=tuple(map(Choice, keys))))
    assert [words in each.value.replace("\\", "") for each in page.info] == [True]
    assert not errors(page) and page.button(key="lab_run").disabled
    page.multiselect(key="lab_methods").set_value(["ridge"]).run()
    assert not page.info


def test_a_measure_whose_package_is_not_installed_is_not_offered(
    looked_at: list[Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.common.optional_package.find_spec", lambda module: None)
    monkeypatch.setattr(cached_lab, "catalogue", cached_lab.catalogue.__wrapped__)  # else kept while a server runs
    tasks = Choice("lm_eval", {"tasks": "arc_easy"})
    page = form_of(replace(PLAN, evaluators=(*PLAN.evaluators, tasks)))
    assert "Tasks of lm-eval" not in page.multiselect(key="lab_measures").options
    said = next(each for each in errors(page) if "no measure 'lm_eval'" in each)
    assert "pip install -r requirements-lmeval.txt" in said
    assert any("requirements-lmeval.txt" in each.value.replace("\\", "") for each in page.caption)
    assert {choice.key for choice in looked_at[-1].evaluators} == {choice.key for choice in PLAN.evaluators}


def test_a_measure_with_two_settings_is_refused() -> None:
    with pytest.raises(UserError, match="several settings"):
        Plan("m", "t", evaluators=(Choice("held_out_anchors"), Choice("held_out_anchors", {"share": 0.3})))


def test_the_command_line_takes_several_values() -> None:
    asked = ["lab", "--model", "m", "--donor", "d", "--method", "omp_robust:k=4,8", "--method", "ridge"]
    plan = asked_plan(parser().parse_args(asked))
    assert [choice.name for choice in plan.methods] == ["omp_robust k=4", "omp_robust k=8", "ridge"]


def test_measures_have_parameters_on_the_command_line() -> None:
    asked = ["lab", "--model", "m", "--donor", "d", "--measure", "recovery:steps=3,seeds=1", "--measure", "swap"]
    plan = asked_plan(parser().parse_args(asked))
    assert plan.evaluators == (Choice("recovery", {"steps": 3, "seeds": 1}), Choice("swap"))
    for wrong, words in (("recovery:steps=0", "steps cannot be 0"), ("swap:k=1", "no parameter of swap 'k'"),
                         ("recovery:steps=3,4", "several settings")):  # fmt: skip
        with pytest.raises(UserError, match=words):
            asked_plan(parser().parse_args([*asked[:5], "--measure", wrong]))


@pytest.mark.parametrize("name", ["/tmp/" + "n" * 400, "~nobody-has-this-name/a", "a\0b", "/dev/null/a"])
def test_a_name_that_no_file_can_have_is_none_that_was_seen(name: str) -> None:
    """A name of 400 characters ended the page in a traceback."""
    spec = f"file:{name}"
    assert files_seen(Plan(spec, spec, spec, corpus=spec, files=(name,), dictionary=name, helper=spec)) == ()


def test_files_that_changed_are_looked_at_again(tmp_path: Path) -> None:
    """Asked anew for a model that was edited, the form handed in what it had been, and it was refused for ever."""
    (tmp_path / "model").mkdir()
    for name in ("model/config.json", "text.txt", "words.vec"):
        (tmp_path / name).write_text("a")
    plan = Plan(
        f"file:{tmp_path / 'model'}",
        donor="shipped:a",
        files=(f"{tmp_path}/text.txt", "upload:0123456789abcdef/a.txt"),
        old_vectors=f"{tmp_path}/words.vec",
    )
    seen = [files_seen(plan)]
    for name in ("model/config.json", "text.txt", "words.vec"):
        (tmp_path / name).write_text("ab")
        seen.append(files_seen(plan))
    (tmp_path / "model" / "config.json").unlink()
    assert len({*seen, files_seen(plan)}) == 5 and seen[0] != files_seen(replace(plan, files=()))


def test_what_learns_from_text_is_offered_where_there_is_text() -> None:
    """The form stood in for texts by an empty one, so that token distillation was always left out."""
    reason = cached_lab.lacking(("donor",))
    assert "none is left" in reason["token_distillation"]
    assert "none ships for it" in reason["zett"]
    for text in ("target_text", "old_text"):
        assert "token_distillation" not in cached_lab.lacking((text,))
    assert "zett" not in cached_lab.lacking(("hypernetwork",))
