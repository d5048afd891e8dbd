"""Tasks of lm-eval, run by itself on models in memory; where it is not installed, that is said and nothing else."""

import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
import torch
from huggingface_hub import HfApi
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
)

from core.__main__ import main
from core.common import optional_package
from core.common.errors import TooLarge, UserError
from core.evaluation.base import EVALUATORS, Reference, Subject
from core.evaluation.harness import choice
from core.evaluation.harness.choice import PACKAGE, chosen_tasks, task_files
from core.evaluation.harness.scores import task_scores, transformers_tokenizer
from core.lab.participants import outlined
from core.lab.plan import Choice, Plan
from core.models.load import open_model
from core.models.shipped import shipped
from tests.lab import byte_bpe, lab, llama, texts
from tests.lm_eval_tasks import ITEMS, write_task

needs_lm_eval = pytest.mark.skipif(bool(PACKAGE.advice), reason="lm-eval is not installed (requirements-lmeval.txt)")


@pytest.fixture(scope="module")
def subject() -> Subject:
    return lab(original=llama(byte_bpe(300), scale=0.3), donor=llama(byte_bpe(360, "both"), 5, scale=0.3))


def measured(one: Subject, folder: Path, **params: Any) -> Any:
    return EVALUATORS.get("lm_eval").measure(one, {"folder": str(folder), **params})


@pytest.fixture
def without_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@needs_lm_eval
def test_accuracies_are_those_of_lm_eval_and_paired_with_the_original(
    subject: Subject, tmp_path: Path, without_network: None
) -> None:
    folder = write_task(tmp_path / "own")
    found = measured(subject, folder)
    table, n = found.tables["tasks"], len(ITEMS)
    assert table.words("task") == ("sat_on", "sat_on") and table.words("metric") == ("acc", "acc_norm")
    assert table.words("version") == ("1.5", "1.5") and table.numbers("n_items").tolist() == [n, n]
    accuracy = table.numbers("model_accuracy")
    assert table.numbers("model_stderr") == pytest.approx(np.sqrt(accuracy * (1 - accuracy) / (n - 1)))
    gain = accuracy - table.numbers("original_accuracy")
    assert table.numbers("difference") == pytest.approx(gain)
    assert (table.numbers("won") - table.numbers("lost")) / n == pytest.approx(gain)
    assert found.numbers["accuracy"].value == pytest.approx(accuracy[0])
    assert found.numbers["difference_to_original"].value == pytest.approx(gain[0])
    assert found.numbers["difference_to_original"].low <= gain[0] <= found.numbers["difference_to_original"].high


@needs_lm_eval
def test_an_item_is_right_where_its_choice_is_likeliest_after_bos(subject: Subject, tmp_path: Path) -> None:
    """Worked out with the model alone: log-probabilities of the tokens of the choice, after BOS and the beginning."""
    model = subject.model
    (acc, _), right = task_scores(model, chosen_tasks("", str(write_task(tmp_path / "own"))), batch=5), []
    for item in ITEMS:
        sums = []
        for words in item["choices"]:
            both, alone = model.tokenizer.encode_many([f"{item['query']} {words}", item["query"]])
            ids = torch.tensor([[model.bos, *both]])
            logs = model.logits(ids).log_softmax(-1)[0, :-1].gather(1, ids[0, 1:, None])[:, 0]
            sums.append(float(logs[len(alone) :].sum()))
        right.append(float(int(np.argmax(sums)) == item["gold"]))
    assert acc.right.tolist() == right and acc.accuracy == pytest.approx(np.mean(right))


@needs_lm_eval
def test_the_original_beside_itself_differs_in_nothing(subject: Subject, tmp_path: Path) -> None:
    folder = write_task(tmp_path / "own")
    own = measured(Subject(subject.original, subject.reference), folder, limit=12)
    assert own.numbers["difference_to_original"].value == own.numbers["difference_to_original"].high == 0.0
    assert own.tables["tasks"].numbers("n_items").tolist() == [12, 12] and set(own.tables["tasks"].numbers("p")) == {1}
    alone = measured(replace(subject, reference=Reference(texts())), folder, limit=12)
    assert alone.numbers["difference_to_original"].reason and np.isfinite(alone.numbers["accuracy"].value)
    few = measured(subject, folder, limit=5)
    assert "at least 10 items" in few.numbers["accuracy"].reason


@needs_lm_eval
def test_what_this_process_draws_is_left_alone(subject: Subject, tmp_path: Path) -> None:
    folder = write_task(tmp_path / "own")
    draws = []
    for measure in (lambda: None, lambda: measured(subject, folder, limit=5)):
        np.random.seed(7)
        measure()
        draws.append(np.random.random())
    assert draws[0] == draws[1]


@pytest.mark.parametrize("name", shipped())
def test_every_text_begins_with_bos_and_is_cut_as_the_tokenizer_cuts_it(name: str) -> None:
    model = open_model(f"shipped:{name}", device="cpu")
    cut = transformers_tokenizer(model)
    for text in ("The cat sat on the mat.", " Größe 你好", "a"):
        assert cut.encode(text) == [model.bos, *model.tokenizer.encode_many([text])[0].tolist()]


@needs_lm_eval
def test_settings_of_a_group_are_lm_evals(subject: Subject, tmp_path: Path) -> None:
    """A group may set its tasks otherwise: this one has the text before each choice be one word."""
    folder = write_task(tmp_path / "own", more="tag: all_of_it\n")
    (folder / "group.yaml").write_text("group: with_examples\ntask:\n  - task: sat_on\n    doc_to_text: door\n")
    plain, group, tag = (measured(subject, folder, tasks=one) for one in ("sat_on", "with_examples", "all_of_it"))
    assert chosen_tasks("with_examples", str(folder)).names == chosen_tasks("", str(folder)).names == ("sat_on",)
    assert repr(tag.tables["tasks"].columns) == repr(plain.tables["tasks"].columns)
    assert repr(group.tables["tasks"].columns) != repr(plain.tables["tasks"].columns)


@needs_lm_eval
@pytest.mark.parametrize(
    ("changed", "more", "said"),
    [
        ({"output_type": "generate_until"}, "", "has models write"),
        ({}, "unsafe_code: true\n", "has models write"),
        ({}, "class: !function utils.Own\n", "Python code of its own"),
        ({}, "custom_dataset: !function utils.data\n", "Python code of its own"),
        ({"output_type": "loglikelihood_rolling"}, "", "has models write"),
    ],
)
def test_tasks_that_run_what_models_write_are_refused(
    changed: dict[str, str], more: str, said: str, tmp_path: Path
) -> None:
    folder = write_task(tmp_path / "own", more=more, **changed)
    (folder / "utils.py").write_text(f"raise SystemExit('{tmp_path}')")
    with pytest.raises(UserError, match=said):
        chosen_tasks("", str(folder))


@needs_lm_eval
def test_code_of_a_folder_runs_only_when_its_task_does(tmp_path: Path, subject: Subject) -> None:
    folder = write_task(tmp_path / "own", doc_to_text="!function utils.begin")
    (folder / "utils.py").write_text(
        f"open({str(tmp_path / 'ran')!r}, 'w').close()\ndef begin(doc):\n    return doc['query']\n"
    )
    chosen_tasks("sat_on", str(folder))
    assert not (tmp_path / "ran").exists()
    measured(subject, folder, limit=2)
    assert (tmp_path / "ran").exists()


def test_a_folder_needs_paths_and_holds_no_uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "home"
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(kept))
    uploaded = kept / "texts" / "0123"
    uploaded.mkdir(parents=True)
    (tmp_path / "link").symlink_to(uploaded)
    for folder in (uploaded, kept, tmp_path, tmp_path / "link", uploaded / ".." / ".."):
        with pytest.raises(UserError, match="tasks can run code"):
            task_files(str(folder))
    with pytest.raises(UserError, match="There is no folder"):
        task_files(str(tmp_path / "none"))
    folder = write_task(tmp_path / "own")
    assert [path.name for path in task_files(str(folder))] == ["items.jsonl", "sat_on.yaml"]
    monkeypatch.setenv("TOKEN_ATLAS_PATHS", "off")
    with pytest.raises(UserError, match="TOKEN_ATLAS_PATHS=off"):
        task_files(str(folder))


@needs_lm_eval
def test_nothing_is_fetched_with_the_hub_off_and_nothing_huge_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, without_network: None
) -> None:
    folder = write_task(tmp_path / "own", name="remote", dataset_path="somebody/data")
    write_task(folder, name="by_address", more="").joinpath("by_address.yaml").write_text(
        (folder / "remote.yaml").read_text().replace("somebody/data", "json").replace("remote", "by_address")
        .replace(str(folder / "items.jsonl"), "https://example.org/items.jsonl")
    )  # fmt: skip
    monkeypatch.setenv("TOKEN_ATLAS_HUB", "off")
    for name in ("remote", "by_address"):
        with pytest.raises(UserError, match="TOKEN_ATLAS_HUB=off"):
            chosen_tasks(name, str(folder))
    monkeypatch.delenv("TOKEN_ATLAS_HUB")
    monkeypatch.setattr(choice, "_repository_bytes", lambda repository: choice.MOST_DATA_BYTES + 1)
    with pytest.raises(TooLarge, match=r"'somebody/data' holds 2\.0 GB"):
        chosen_tasks("remote", str(folder))
    monkeypatch.setattr(choice, "_repository_bytes", lambda repository: choice.MOST_DATA_BYTES)
    assert chosen_tasks("remote", str(folder)).names == ("remote",)


def _answer(status: int) -> httpx2.Response:
    return httpx2.Response(status, request=httpx2.Request("GET", "https://hub.test/api/datasets/somebody/data"))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (httpx2.ConnectError("no route"), "the Hub cannot be reached"),
        (httpx2.ReadTimeout("late"), "did not answer"),
        (OfflineModeIsEnabled("offline"), "HF_HUB_OFFLINE"),
        (RepositoryNotFoundError("none", response=_answer(404)), "none of that name"),
        (GatedRepoError("gated", response=_answer(403)), "https://huggingface.co/datasets/somebody/data"),
        (HfHubHTTPError("busy", response=_answer(503)), "status 503"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_data_set_that_cannot_be_looked_up_says_why_and_what_to_do(
    error: Exception, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(HfApi, "dataset_info", refuse)
    with pytest.raises(UserError, match=said) as refused:
        choice._repository_bytes("somebody/data")
    assert "name a folder of tasks whose data lies here" in str(refused.value)


@pytest.mark.slow
@needs_lm_eval
def test_names_of_the_package_groups_and_tags_are_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(choice, "_repository_bytes", lambda repository: asked.append(repository) or 1)
    found = chosen_tasks("ai2_arc hellaswag mmlu_stem")
    assert {"arc_easy", "arc_challenge", "hellaswag", "mmlu_astronomy"} <= set(found.names)
    assert {"allenai/ai2_arc", "Rowan/hellaswag", "cais/mmlu"} == set(asked)
    with pytest.raises(UserError, match="Did you mean hellaswag"):
        chosen_tasks("helaswag")
    with pytest.raises(UserError, match="Name tasks"):
        chosen_tasks("  ")
    with pytest.raises(UserError, match="has models write"):
        chosen_tasks("gsm8k")


@needs_lm_eval
def test_a_plan_says_at_once_what_is_wrong_and_is_known_by_its_tasks(tmp_path: Path) -> None:
    folder = write_task(tmp_path / "own")
    params = {"folder": str(folder), "tasks": "sat_on"}
    plan = Plan("shipped:tiny-english", donor="shipped:tiny-world", evaluators=(Choice("lm_eval", params),))
    before = outlined(plan).inputs
    with pytest.raises(UserError, match="Did you mean sat_on"):
        outlined(replace(plan, evaluators=(Choice("lm_eval", {**params, "tasks": "sat_in"}),)))
    (folder / "items.jsonl").write_text("")
    assert outlined(plan).inputs != before


def test_without_the_package_one_message_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, subject: Subject, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(optional_package, "find_spec", lambda module: None)
    one = EVALUATORS.get("lm_eval")
    how = "lm-eval is not installed. Whoever runs this can: pip install -r requirements-lmeval.txt -c constraints.txt."
    assert one.absent == one.unavailable(subject) == how
    for asked in (
        lambda: one.ready({"tasks": "arc_easy"}),
        lambda: chosen_tasks("arc_easy"),
        lambda: one.measure(subject),
    ):
        with pytest.raises(UserError, match="requirements-lmeval"):
            asked()
    with pytest.raises(SystemExit):
        main(["evaluate", "--list"])
    assert how in capsys.readouterr().out
