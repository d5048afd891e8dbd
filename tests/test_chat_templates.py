"""A template is handed what transformers hands it; what it takes further is found in it; none is picked in silence."""

import json
from pathlib import Path
from typing import Any

import pytest
import transformers
from jinja2 import Environment
from streamlit.testing.v1 import AppTest

from components.segmentation.chat_costs import ChatCost
from core.common.errors import UserError
from core.tokenizers.catalog import files_at, open_path
from core.tokenizers.chat.chat import Turn, chat_variables, render_chat, why_no_chat
from core.tokenizers.chat.variables import Variable, variables
from core.tokenizers.hub_place import choose, place
from core.tokenizers.sidecars import chat_templates
from core.tokenizers.tokenizer import Tokenizer
from tests import tiny
from tests.pages import opened as opened_page

pytestmark = pytest.mark.usefixtures("one_server")

SAYS = "{% for m in messages %}[{{ m.content }}]{% endfor %}"
THINKS = (
    "{% if tools %}{% for tool in tools %}{{ tool | tojson }}{% endfor %}{% endif %}"
    + SAYS
    + "{% if add_generation_prompt"
    " and enable_thinking is defined and enable_thinking is false %}<no thought>{% endif %}"
    "{% if effort in ['low', 'high'] %}<{{ effort }}>{% endif %}{{ date_string | default('today') }}"
)
TOOLS = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]


def folder(place: Path, template: object, **config: object) -> Path:
    place.mkdir(exist_ok=True)
    (place / "tokenizer.json").write_text(tiny.byte_level_bpe())
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", **config}
    if template is not None:
        settings["chat_template"] = template
    (place / "tokenizer_config.json").write_text(json.dumps(settings))
    return place


def opened(place: Path) -> Tokenizer:
    return open_path(f"file:{place}", place)


def theirs(place: Path, **given: Any) -> str:
    reference = transformers.AutoTokenizer.from_pretrained(place)
    chat = [{"role": "user", "content": "the cat"}]
    return str(reference.apply_chat_template(chat, tokenize=False, **given))


def ours(place: Path, prompt: bool = False, template: str = "", **given: Any) -> str:
    values = tuple((name, json.dumps(value)) for name, value in given.items())
    return render_chat(opened(place), [Turn("user", "the cat")], prompt, template, values).text


def test_every_special_token_with_a_name_is_handed_over(tmp_path: Path) -> None:
    names = ["bos", "eos", "unk", "sep", "pad", "cls", "mask", "image", "audio"]
    template = "".join(f"{{{{ {name}_token }}}}," for name in names) + SAYS
    config: dict[str, object] = {f"{name}_token": f"<{name}>" for name in names[:-1] if name != "cls"}
    made = folder(tmp_path / "x", template, **config, extra_special_tokens={"audio_token": "<audio>"})
    assert ours(made) == theirs(made) == "<bos>,<eos>,<unk>,<sep>,<pad>,,<mask>,<image>,<audio>,[the cat]"


@pytest.mark.parametrize("given", [{}, {"tools": TOOLS}, {"enable_thinking": False}, {"effort": "low"}])
def test_further_variables_are_handed_over(given: dict[str, Any], tmp_path: Path) -> None:
    made = folder(tmp_path / "x", THINKS)
    assert ours(made, True, **given) == theirs(made, add_generation_prompt=True, **given)


def test_turns_cannot_be_replaced_by_a_variable(tmp_path: Path) -> None:
    made = folder(tmp_path / "x", SAYS)
    assert ours(made, messages=[{"role": "user", "content": "other"}]) == "[the cat]"


def test_of_several_templates_without_a_default_none_is_taken(tmp_path: Path) -> None:
    several = [{"name": "rag", "template": "R" + SAYS}, {"name": "tool_use", "template": "T" + SAYS}]
    made = folder(tmp_path / "x", several)
    with pytest.raises(UserError, match=r"2 chat templates and none is the default\. Choose one of: rag, tool_use"):
        ours(made)
    with pytest.raises(ValueError, match="multiple chat templates with no default"):
        theirs(made)
    assert ours(made, template="rag") == theirs(made, chat_template="rag") == "R[the cat]"
    assert ours(made, tools=TOOLS) == theirs(made, tools=TOOLS) == "T[the cat]"
    assert why_no_chat(opened(made).info) == ""
    with pytest.raises(UserError, match="Did you mean"):
        ours(made, template="ragg")


def test_the_default_of_several_templates_is_said_to_have_been_taken(tmp_path: Path) -> None:
    several = [{"name": "rag", "template": "R" + SAYS}, {"name": "default", "template": "D" + SAYS}]
    made = folder(tmp_path / "x", several)
    assert ours(made) == theirs(made) == "D[the cat]"
    assert render_chat(opened(made), [Turn("user", "a")]).written_by == "its own chat template default"


def test_a_mapping_of_names_is_several_templates(tmp_path: Path) -> None:
    made = folder(tmp_path / "x", {"rag": "R" + SAYS, "default": "D" + SAYS})
    assert ours(made) == theirs(made) == "D[the cat]"
    assert ours(made, template="rag") == theirs(made, chat_template="rag") == "R[the cat]"


def test_templates_in_files_of_their_own(tmp_path: Path) -> None:
    made = folder(tmp_path / "x", "C" + SAYS)
    (made / "chat_template.jinja").write_text("J" + SAYS)
    assert ours(made) == theirs(made) == "J[the cat]"
    (made / "additional_chat_templates").mkdir()
    (made / "additional_chat_templates" / "rag.jinja").write_text("R" + SAYS)
    assert ours(made) == theirs(made) == "J[the cat]"
    assert ours(made, template="rag") == theirs(made, chat_template="rag") == "R[the cat]"
    assert set(chat_templates(files_at("file:x", made, {}))) == {"default", "rag"}


def test_named_templates_come_along_from_the_hub() -> None:
    names = [
        "tokenizer.json",
        "additional_chat_templates/rag.jinja",
        "other/x.jinja",
        "additional_chat_templates/a/b.jinja",
    ]
    assert choose(names, place("owner/name")) == ["tokenizer.json", "additional_chat_templates/rag.jinja"]


def test_what_a_template_takes_is_found_in_it(tmp_path: Path) -> None:
    made = folder(tmp_path / "x", THINKS + "{{ bos_token }}", bos_token="<bos>")
    assert chat_variables(opened(made)) == (
        Variable("date_string", "text", ("today",)),
        Variable("effort", "choice", ("low", "high")),
        Variable("enable_thinking", "switch"),
        Variable("tools", "json"),
    )


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("{% if not x is defined %}{% set x = true %}{% endif %}{% if x %}a{% endif %}", Variable("x", "switch")),
        ("{% set x = x if x is defined else false %}{% if x %}a{% endif %}", Variable("x", "switch")),
        ("{% if x %}{{ x }}{% endif %}", Variable("x", "text")),
        ("{% if x == 'a' %}{% elif x == 'b' %}{% endif %}", Variable("x", "choice", ("a", "b"))),
        ("{% for one in x %}{{ one }}{% endfor %}", Variable("x", "json")),
        ("{% if not x is defined %}{% set x = 'May' %}{% endif %}{{ x }}", Variable("x", "text", ("May",))),
    ],
)
def test_the_kind_of_a_variable_is_told_from_its_use(template: str, found: Variable) -> None:
    assert variables(Environment(), template) == (found,)


def test_a_template_that_is_not_jinja_has_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"not valid Jinja \(line 1\)"):
        chat_variables(opened(folder(tmp_path / "x", "{% for %}")))


def test_a_template_of_a_thousand_variables_has_a_bounded_number_of_controls() -> None:
    assert len(variables(Environment(), "".join(f"{{{{ v{n} }}}}" for n in range(1000)))) == 24


def test_tools_reach_the_tokenizers_of_mistral() -> None:
    from core.tokenizers.catalog import open_tokenizer

    given = (("tools", json.dumps(TOOLS)),)
    chat = render_chat(open_tokenizer("mistral:v3"), [Turn("user", "the cat")], given=given)
    assert "[AVAILABLE_TOOLS]" in chat.text
    with pytest.raises(UserError, match="Mistral's chat encoding refuses"):
        render_chat(open_tokenizer("mistral:v3"), [Turn("user", "a")], given=(("tools", "[3]"),))


# on the page


def page(*specs: str) -> AppTest:
    return opened_page(tool="Chat", tokenizers=list(specs))


def test_the_page_has_a_control_for_each_variable_and_the_cost_under_every_tokenizer(tmp_path: Path) -> None:
    made = folder(tmp_path / "thinker", THINKS)
    several = folder(tmp_path / "several", [{"name": "rag", "template": "R" + SAYS}, {"name": "b", "template": SAYS}])
    app = page(f"file:{made}", f"file:{several}", "mistral:v3", "builtin:words")
    assert not app.exception
    assert not app.error
    costs = app.dataframe[-1].value.set_index("Tokenizer")
    assert len(costs[costs["Tokens"] == "–"]) == 2
    reasons = [caption.value.replace("\\", "") for caption in app.caption]
    assert any("has no chat template" in reason for reason in reasons)
    assert any("none is the default" in reason for reason in reasons)
    before = int(costs.loc["thinker", "Tokens"])
    app.selectbox(key="chat_variable_effort").select("high").run()
    assert int(app.dataframe[-1].value.set_index("Tokenizer").loc["thinker", "Tokens"]) > before
    app.text_area(key="chat_variable_tools").set_value("[nonsense").run()
    assert "tools is not valid JSON" in app.error[0].value.replace("\\", "")
    assert not app.exception


def test_the_page_asks_which_template_where_none_is_the_default(tmp_path: Path) -> None:
    several = folder(tmp_path / "several", [{"name": "rag", "template": "R" + SAYS}, {"name": "b", "template": SAYS}])
    app = page(f"file:{several}")
    assert "Choose one of: rag, b" in app.error[0].value.replace("\\", "")
    app.selectbox(key=f"chat_template_file:{several}").select("rag").run()
    assert not app.error
    assert not app.exception


@pytest.mark.parametrize("template", ["{{ raise_exception('No system role') }}", "{% for %}"])
def test_what_one_template_refuses_is_said_once_and_the_others_are_counted(template: str, tmp_path: Path) -> None:
    refuses, plain = folder(tmp_path / "refuses", template), folder(tmp_path / "plain", SAYS)
    app = page(f"file:{refuses}", f"file:{plain}")
    assert not app.exception
    assert len(app.error) == 1
    said = app.error[0].value.replace("\\", "")
    assert "refuses" in said
    assert said.endswith("or choose another tokenizer.")
    assert not [caption for caption in app.caption if "chat template of refuses" in caption.value.replace("\\", "")]
    costs = app.dataframe[-1].value.set_index("Tokenizer")
    assert costs.loc["refuses", "How"] == "see above"
    assert costs.loc["plain", "Tokens"] != "–"
    assert [one.value for one in app.code if one.language == "jinja2"] == [template]


def test_what_the_template_adds_is_the_whole_less_the_words() -> None:
    assert ChatCost("s", "x", 12, 3, 7, "").around == 5
    assert ChatCost("s", "x", None, None, 7, "").around is None
