"""Prices are read as they are written, wrong ones say where, and the Calculator shows them in their order."""

import io
import json
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from core.__main__ import main
from core.common.errors import UserError
from core.premium import litellm_table
from core.premium.atlas import atlas_tokenizers
from core.premium.cost import Use, cost
from core.premium.prices import COLUMNS, ModelPrice, prices_csv, read_prices, shipped_prices
from tests.pages import opened

HEAD = ",".join(COLUMNS)
LITELLM = {
    "sample_spec": {"mode": "one of: chat", "input_cost_per_token": 0.0},
    "gpt-4o": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 2.5e-06,
               "output_cost_per_token": 1e-05, "cache_read_input_token_cost": 1.25e-06, "max_input_tokens": 128000},
    "somebody/unknown": {"mode": "chat", "input_cost_per_token": 1e-6, "output_cost_per_token": 1e-6,
                         "max_input_tokens": 1000},
}  # fmt: skip


def test_the_shipped_table_is_of_counted_tokenizers_dated_and_reads_back() -> None:
    shipped = shipped_prices()
    assert {one.key for one in shipped} <= set(atlas_tokenizers())
    assert all(one.date and one.source and one.tokenizer.startswith("atlas:") for one in shipped)
    assert read_prices(prices_csv(shipped).encode(), "x") == shipped


def test_litellms_table_gives_the_models_whose_tokenizer_is_known() -> None:
    (one,) = read_prices(json.dumps(LITELLM).encode(), "x.json")
    assert (one.name, one.key, one.input, one.output, one.cached_input, one.window, one.source) == (
        "gpt-4o", "o200k", 2.5, 10.0, 1.25, 128_000, "litellm",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"name,input\na,1", "no column 'maker'"),
        (f"{HEAD}\nm,x,atlas:o200k,1,dear,,1000,,".encode(), "Row 1 of 'x' has 'dear' as output"),
        (f"{HEAD}\nm,x,atlas:o200k,1,2,,0,,".encode(), "'0' as window"),
        (f"{HEAD}\nm,x,atlas:o200k,1,2,,1.5,,".encode(), "'1.5' as window. Give a whole number"),
        (f"{HEAD}\nm,x,atlas:o200k,1,nan,,5,,".encode(), "'nan' as output"),
        (f"{HEAD}\nm,x,atlas:o200k,1,2,,5,yesterday,".encode(), "'yesterday' as date"),
        (
            f"{HEAD}\nm,x,atlas:o200k,1e308,2,,5,,".encode(),
            "'1e308' as input. Give a number from 0 to 1\u202f000\u202f000\u202f000",
        ),
        (f"{HEAD}\n,x,atlas:o200k,1,2,,5,,".encode(), "has no name"),
        (HEAD.encode(), "holds no model"),
        (b"", "no column"),
        (b"\xff\xfe", "not UTF-8"),
        (b"{", "begins like JSON"),
        (b"{" * 100_000, "begins like JSON"),
        (b'{"a": {"mode": "chat"}}', "prices no model"),
        (json.dumps({"gpt-4o": {**LITELLM["gpt-4o"], "input_cost_per_token": 10**400}}).encode(), "prices no model"),
        (json.dumps({"gpt-4o": {**LITELLM["gpt-4o"], "max_input_tokens": 1.5}}).encode(), "prices no model"),
        (json.dumps({"gpt-4o": {**LITELLM["gpt-4o"], "max_input_tokens": 10**400}}).encode(), "prices no model"),
    ],
)
def test_a_wrong_table_says_where_and_what_to_do(data: bytes, words: str) -> None:
    with pytest.raises(UserError) as error:
        read_prices(data, "x")
    assert words in str(error.value)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: f"{HEAD}\n{text}".encode()))
def test_any_file_is_a_table_or_a_message(data: bytes) -> None:
    with suppress(UserError):
        assert all(isinstance(one, ModelPrice) for one in read_prices(data, "x"))


def test_input_output_and_cached_input_have_their_own_prices() -> None:
    price = shipped_prices()[0]
    use = Use(read=1, cached=0.25, rate=0.5)
    assert price.cached_input is not None
    by_hand = (0.75 * price.input + 0.25 * price.cached_input + 2 * price.output) * 0.5
    assert cost(price, 1e6, 2e6, use) == pytest.approx(by_hand)


def test_nothing_is_fetched_where_that_is_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_HUB", "off")
    monkeypatch.setattr(litellm_table.urllib.request, "urlopen", lambda *a, **k: pytest.fail("asked the network"))
    with pytest.raises(UserError, match="TOKEN_ATLAS_HUB"):
        litellm_table.fetched_prices()


def test_what_litellm_serves_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        litellm_table.urllib.request, "urlopen", lambda *a, **k: io.BytesIO(json.dumps(LITELLM).encode())
    )
    assert [one.name for one in litellm_table.fetched_prices()] == ["gpt-4o"]


def calculator(**query: str | list[str]) -> AppTest:
    app = opened("premium", **{"premium": "Calculator", "language": "mya_Mymr", **query})
    assert not app.error
    return app


def frame(app: AppTest, column: str) -> pd.DataFrame:
    return next(one.value for one in app.dataframe if column in one.value.columns and "Fits" in one.value.columns)


def test_tables_are_in_the_order_of_the_cost_that_they_show() -> None:
    app = calculator(currency="EUR", rate="0.5", written="2000")
    languages, models = frame(app, "Language"), frame(app, "Model")
    assert languages["Cost, EUR"].is_monotonic_decreasing and models["Cost, EUR"].is_monotonic_increasing
    assert any("Burmese, " in one.value and "fewest tokens of 8 tokenizers" in one.value for one in app.markdown)


def test_a_link_with_half_a_token_or_character_gets_the_usual_number() -> None:
    halves = {"window": "1.5", "length": "2.5", "written": "0.5"}
    app = calculator(counted=["gpt-2"], price_million="3.5", speed="1.5", cached="99.9", **halves)
    found = {one.key: one.value for one in app.text_input}
    assert [found[key] for key in halves] == ["8192", "6000", "0"]
    assert (found["price_million"], found["speed"], found["cached"]) == ("3.5", "1.5", "99.9")


@pytest.mark.parametrize(
    ("key", "typed", "field", "quoted"),
    [
        ("length", "1e3", "1000", "article of 1\u202f000 characters"),
        ("length", "6,500", "6500", "article of 6\u202f500 characters"),
        ("speed", "1,5", "1.5", "at 1.5 tokens per second"),
        ("window", "8 192", "8192", "into 8\u202f192 tokens"),
        ("speed", "", "50", "at 50 tokens per second"),
        ("price_million", "0,5", "0.5", "GPT-2"),
    ],
)
def test_a_number_is_read_as_people_type_it(key: str, typed: str, field: str, quoted: str) -> None:
    app = calculator(counted=["gpt-2"], price_million="3.5")
    app.text_input(key=key).set_value(typed).run()
    assert not app.error and app.text_input(key=key).value == field
    assert quoted in next(one.value for one in app.code if "An article" in one.value)


def test_what_is_no_such_number_is_said_and_the_last_good_one_counts() -> None:
    app = calculator(counted=["gpt-2"], price_million="3.5", length="9000")
    for typed, wanted in (("1.5", "whole number from 1 on"), ("-1", "from 1 on"), ("x", "whole number")):
        app.text_input(key="length").set_value(typed).run()
        said = app.error[0].value.replace("\\", "")
        assert repr(typed) in said and wanted in said and "Until you type one it is 9000." in said
        assert "article of 9\u202f000 characters" in next(one.value for one in app.code if "An article" in one.value)
    app.text_input(key="length").set_value("12").run()
    assert not app.error and "article of 12 characters" in next(one.value for one in app.code)


def test_a_link_with_a_price_of_ones_own_still_means_that() -> None:
    app = calculator(counted=["gpt-2"], price_million="3.0", window="8192", tokenizer="gpt-2", length="6000")
    quoted = next(one.value for one in app.code if "An article" in one.value)
    assert "tokens of GPT-2 in Burmese" in quoted and "into 8\u202f192 tokens" in quoted


def test_the_command_says_the_best_tokenizer_and_the_cheapest_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "own.csv"
    rows = ["dear,a,atlas:o200k,9,9,,1000,,", "cheap,a,atlas:o200k,1,1,,1000,,", "other,a,atlas:nowhere,1,1,,1,,"]
    file.write_text("\n".join([HEAD, *rows]))
    command = ["cost", "--language", "mya_Mymr", "--prices", str(file), "--json"]
    assert main(command) == 0
    found = json.loads(capsys.readouterr().out)
    assert [row["model"] for row in found["rows"]] == ["cheap", "dear"]
    assert found["best"].startswith("For Burmese, ")
    assert main(["cost", "--language", "mya_Mymr", "--prices", str(tmp_path / "no.csv")]) == 2
    assert "cannot be read" in capsys.readouterr().err
