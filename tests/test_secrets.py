"""Secrets stay where they are, whatever a job prints or fails with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.common.redact import conceal, harmless_environment, redacted
from core.jobs.job import KINDS, State
from core.jobs.queue import Jobs
from core.jobs.store.files import Json
from tests.jobs_home import PATIENCE, jobs_home, kill_daemon

SECRETS = {
    "HF_TOKEN": "hf_AbCdEfGhIjKlMnOpQrStUvWx",
    "PROXY_PASSWORD": "correct horse battery",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMIbPxRfiCYEXAMPLEKEY",
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    with jobs_home(tmp_path / "home"):
        yield tmp_path / "home"


@pytest.mark.parametrize("how", ["bug", "refusal"])
def test_a_job_that_prints_its_environment_and_a_traceback_tells_no_secret(how: str, home: Path) -> None:
    jobs = Jobs()
    job = jobs.wait(jobs.submit("confess", {"how": how, "knows": True}, "ann").key, PATIENCE)
    assert job.state is State.FAILED
    assert "refused for *** at ***" in job.message
    log = jobs.log(job.key)
    assert "HF_TOKEN is ***" in log  # it did print them
    assert ("Traceback" in log) == (how == "bug")
    kill_daemon(home)
    kept = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert b"PROXY_PASSWORD is ***" in kept
    for value in SECRETS.values():
        assert value not in log + job.message + job.stage
        assert value.encode() not in kept  # nor in the database, its log, or what the daemon wrote


def test_a_job_that_uses_no_secrets_gets_none(home: Path) -> None:
    jobs = Jobs()
    job = jobs.wait(jobs.submit("confess", {"how": "refusal", "knows": False}, "ann").key, PATIENCE)
    assert "refused for None at None" in job.message
    log = jobs.log(job.key)
    assert f"TOKEN_ATLAS_HOME is {home}" in log
    assert not [name for name in SECRETS if name in log]


@pytest.mark.parametrize(
    ("kind", "params", "told"),
    [
        ("count", {"tokenizers": ["hub:acme/tokenizer", "builtin:utf8-bytes"], "corpus_spec": "sample"}, True),
        ("count", {"tokenizers": ["builtin:utf8-bytes"], "corpus_spec": "floresplus#dev"}, True),
        ("count", {"tokenizers": ["file:/hub:x/tokenizer.json"], "corpus_spec": "flores200#dev"}, False),
        ("transplant", {"plan": {"model": "shipped:a", "donor": "hub:acme/model"}}, True),
        ("transplant", {"plan": {"model": "shipped:a", "encoder": "hub:acme/encoder"}}, True),
        ("transplant", {"plan": {"model": "shipped:a", "tokenizer": "builtin:utf8-bytes"}}, False),
        ("export", {"plan": {"model": "hub:acme/model"}, "folder": ""}, True),
        ("export", {"plan": {"model": "file:/models/a"}, "folder": ""}, False),
        ("fetch", {"corpus": "flores200"}, False),
    ],
)
def test_secrets_go_to_work_that_asks_the_hub(kind: str, params: dict[str, Json], told: bool) -> None:
    assert KINDS.get(kind).secrets(params) is told


def test_what_was_concealed_is_redacted_and_what_is_short_is_no_secret() -> None:
    conceal("of-the-login-0815")
    conceal("short")
    assert redacted("a of-the-login-0815 b short") == "a *** b short"


def test_a_process_that_needs_no_secret_gets_none(home: Path) -> None:
    assert not set(harmless_environment()) & set(SECRETS)
    assert harmless_environment()["TOKEN_ATLAS_HOME"] == str(home)
