"""A server opens nothing that came from anybody in its own process, on any page, by any way in."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.common.errors import TookTooLong
from core.common.memory import resident_bytes
from core.common.sandbox import answer as answering
from core.common.sandbox.ending import end
from core.common.sandbox.interest import while_wanted
from core.corpora.text_uploads import keep_text
from core.corpora.uploads import keep_corpus
from core.lab import look_apart as looking
from core.lab.link import plan_to_link
from core.lab.look_apart import look_apart
from core.lab.look_process import look
from core.lab.plan import Choice, Plan
from core.models.load import open_model
from core.models.model_tokenizer import tokenizer_apart
from core.tokenizers import serving
from core.tokenizers.catalog import open_own, open_path, open_tokenizer
from core.tokenizers.isolation.pool import IsolatedTokenizer
from core.tokenizers.local_tokenizer import open_local
from core.tokenizers.uploads import keep_upload
from tests import formats
from tests.hostile import split_by
from tests.pages import ROOT, forget, unopened
from tests.tiny import byte_level_bpe

PAGES = ROOT / "pages"
RARE = "丂"
PLAIN_PLAN = Plan("shipped:tiny-english", donor="shipped:tiny-world", methods=(Choice("mean"),), sentences=3)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path / "home"))
    yield tmp_path
    forget()


@pytest.fixture
def server() -> Iterator[None]:
    """This process is a server's for the while."""
    serving.serve()
    yield
    serving._SERVING.clear()


def inflating(n: int) -> bytes:
    """A tokenizer.json whose normaliser turns one rare character into `n`."""
    content: dict[str, Any] = json.loads(byte_level_bpe())
    content["normalizer"] = {"type": "Replace", "pattern": {"String": RARE}, "content": "A" * n}
    return json.dumps(content).encode()


def plan_with(tokenizer: str, text: str) -> Plan:
    return Plan(
        "shipped:tiny-english", tokenizer, methods=(Choice("subword_mean"),), corpus="", files=(text,), sentences=100
    )


def texts_on(page: AppTest) -> str:
    return " ".join(each.value for each in page.error)


@pytest.mark.usefixtures("server")
def test_a_server_opens_models_that_ship_and_no_others(tmp_path: Path) -> None:
    assert open_model("shipped:tiny-english", "cpu").tokenizer.info.n_vocabulary
    path = formats.write(tmp_path / "files", {"tokenizer.json": byte_level_bpe().encode()})
    with pytest.raises(AssertionError):
        open_own("shipped:tiny-english", path)


@pytest.mark.usefixtures("server")
def test_a_tokenizer_is_not_opened_in_the_process_of_a_server(tmp_path: Path) -> None:
    path = formats.write(tmp_path / "files", {"tokenizer.json": byte_level_bpe().encode()})
    spec = keep_upload({"tokenizer.json": byte_level_bpe().encode()})
    with pytest.raises(AssertionError):
        open_path(f"file:{path}", path)
    for each in (spec, f"file:{path}", "builtin:utf8-bytes"):
        with pytest.raises(AssertionError):
            open_local(each)
    assert isinstance(open_tokenizer(f"file:{path}"), IsolatedTokenizer)
    assert isinstance(open_tokenizer(spec), IsolatedTokenizer)
    assert isinstance(tokenizer_apart("shipped:tiny-english"), IsolatedTokenizer)


@pytest.mark.slow
@pytest.mark.usefixtures("server")
def test_no_page_opens_what_came_from_a_visitor(tmp_path: Path) -> None:
    path = formats.write(tmp_path / "files", {"tokenizer.json": byte_level_bpe().encode()})
    uploaded = keep_upload({"tokenizer.json": byte_level_bpe().encode()})
    text = keep_text("text.txt", b"The cat sat on the mat.\n" * 30)
    corpus = keep_corpus("corpus.tsv", b"eng\tdeu\n" + b"A cat.\tEine Katze.\n" * 12).spec
    queries: list[tuple[str, dict[str, Any]]] = [
        ("segmentation", {"tokenizers": [uploaded, f"file:{path}"], "tool": tool})
        for tool in ("Statistics", "Agreement", "How it got there", "Chat", "Split by budget", "Two texts")
    ]
    queries.append(("premium", {"corpus": corpus}))
    queries += [
        ("transplants", {"plan": plan_to_link(plan_with(spec, text))}) for spec in (uploaded, f"file:{path.parent}")
    ]
    queries.append(("runs", {}))
    for name, query in queries:
        page = unopened()
        page.switch_page(str(PAGES / f"{name}.py"))
        for key, value in query.items():
            page.query_params[key] = value
        page.run()
        assert not page.exception, (name, query, page.exception)
        assert not page.error, (name, query, texts_on(page))
        if name == "transplants":
            assert not page.button(key="lab_run").disabled, "it was looked at"


@pytest.mark.slow
def test_a_look_is_the_same_from_a_process_of_its_own() -> None:
    here, there = look(PLAIN_PLAN), look_apart(PLAIN_PLAN)
    assert there.submission == here.submission
    assert there.setting.tokens.data.tobytes() == here.setting.tokens.data.tobytes()
    assert there.setting.texts.numbers("new_tokens").tolist() == here.setting.texts.numbers("new_tokens").tolist()
    assert [stage.name for stage in there.estimate.stages] == [stage.name for stage in here.estimate.stages]


@pytest.mark.slow
@pytest.mark.usefixtures("server")
def test_a_normaliser_that_makes_a_million_of_one_ends_a_process_and_not_the_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_CHILD_MB", "256")
    tokenizer = keep_upload({"tokenizer.json": inflating(1_000_000)})
    plan = plan_with(tokenizer, keep_text("text.txt", (RARE * 2_000).encode()))
    before = resident_bytes()
    page = unopened()
    page.switch_page(str(PAGES / "transplants.py"))
    page.query_params["plan"] = plan_to_link(plan)
    page.run()
    assert not page.exception
    assert "MB of memory to look at" in texts_on(page)
    assert resident_bytes() - before < 600 * 2**20


@pytest.mark.slow
def test_a_pattern_without_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    tokenizer = keep_upload(split_by("(z+)+q")())
    plan = plan_with(tokenizer, keep_text("text.txt", (("z" * 21 + "! ") * 20_000).encode()))
    monkeypatch.setattr(looking, "SECONDS", 2.0)
    monkeypatch.setattr(looking, "START_SECONDS", 0.0)
    with pytest.raises(TookTooLong, match="to look at"):
        look_apart(plan)


@pytest.mark.slow
def test_a_look_ends_with_the_interest_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(BaseException):
        """As Streamlit calls off the run of a tab that was closed."""

    tokenizer = keep_upload(split_by("(z+)+q")())
    plan = plan_with(tokenizer, keep_text("text.txt", (("z" * 21 + "! ") * 20_000).encode()))
    ended: list[int | None] = []
    monkeypatch.setattr(answering, "end", lambda process: (end(process), ended.append(process.wait(10))))
    checks = iter(range(8))

    def check() -> None:
        if next(checks, None) is None:
            raise Gone

    with pytest.raises(Gone), while_wanted(check):
        look_apart(plan)
    assert ended == [-9], "killed while it worked"


def test_what_an_isolated_tokenizer_makes_of_a_text_is_bounded_by_the_text(tmp_path: Path) -> None:
    path = formats.write(tmp_path / "files", {"tokenizer.json": inflating(2_000)})
    tokenizer = IsolatedTokenizer("x:y", path)
    assert len(tokenizer.segment("the cat sat"))
    for ask in (tokenizer.segment, tokenizer.stages, lambda text: tokenizer.count([text])):
        with pytest.raises(Exception, match=r"at most [\d\u202f]+ are taken"):
            ask(RARE * 20)
    assert len(tokenizer.segment("the cat sat"))
