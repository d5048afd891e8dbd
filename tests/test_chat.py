"""Chats come out as the models' own templates write them; a template that misbehaves gives one message.

The expectations were worked by hand from the templates, and agreed with transformers 5.23 on 74 renderings, refusals
included.
"""

import io
import json
from functools import cache
from pathlib import Path

import pytest

from components.cached import chats
from core.common.errors import TookTooLong, UserError
from core.common.numbers import THIN
from core.jobs.shared_cache import shared
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.chat.chat import Turn, render_chat, why_no_chat
from core.tokenizers.chat.template import ChatToWrite, TemplateRefused, main, render, render_apart
from core.tokenizers.formats.builtin import ByteTokenizer
from core.tokenizers.kinds import Kind
from core.tokenizers.tokenizer import Tokenizer
from tests.datafolder import TOKENIZERS, needs_data
from tests.tiny import byte_level_bpe

CHAT = [("user", "Hi"), ("assistant", "Hello."), ("user", "Bye <é>")]
SYSTEM = ("system", "Be brief.")

# folder, the chat with a system turn, and with a generation prompt where the template has one
EXPECTED = {
    "llama-2-7b-chat-hf": "<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nHi [/INST] Hello. </s><s>[INST] Bye <é> [/INST]",
    "mistral-7b-instruct-v0.1": "<s> [INST] Be brief.\n\nHi [/INST] Hello.</s> [INST] Bye <é> [/INST]",
    "mistral-large-instruct-2407": "<s>[INST] Hi[/INST] Hello.</s>[INST] Be brief.\n\nBye <é>[/INST]",
    "phi-3-mini-4k-instruct": "<|system|>\nBe brief.<|end|>\n<|user|>\nHi<|end|>\n<|assistant|>\nHello.<|end|>\n"
    "<|user|>\nBye <é><|end|>\n<|assistant|>\n",
    "yi-1.5-34b-chat": "Be brief.<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello.<|im_end|>\n"
    "<|im_start|>user\nBye <é><|im_end|>\n<|im_start|>assistant\n",
    "olmo-7b-instruct-hf": "<|endoftext|><|user|>\nHi\n<|assistant|>\nHello.<|endoftext|>\n<|user|>\nBye <é>\n"
    "<|assistant|>\n",
    "falcon-180b-chat": "System: Be brief.\nUser: Hi\nFalcon: Hello.\nUser: Bye <é>\nFalcon:",
}


def template_of(folder: str) -> tuple[str, dict[str, str]]:
    config = json.loads((TOKENIZERS / "hf_json" / folder / "tokenizer_config.json").read_text())
    tokens = {key: config.get(key) for key in ("bos_token", "eos_token")}
    spelled = {key: token["content"] if isinstance(token, dict) else token for key, token in tokens.items() if token}
    return config["chat_template"], spelled


def messages(turns: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"role": role, "content": content} for role, content in turns]


def test_a_chat_is_kept_once_and_counts_as_held(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    content = json.loads(byte_level_bpe())
    config = {"chat_template": "{{ 'long ' * 200000 }}{{ messages[0].content }}"}
    path = tmp_path / "chatty"
    path.mkdir()
    (path / "tokenizer.json").write_text(json.dumps(content))
    (path / "tokenizer_config.json").write_text(json.dumps(config))
    shared.cache_clear()
    turns, before = (Turn("user", "Hi"),), shared().held
    first = chats.chat(f"file:{path}", turns, True)
    assert len(first.text) == 1_000_002
    assert chats.chat(f"file:{path}", turns, True) is first
    assert shared().counts()["chat"] == 1
    assert shared().held - before > 2_000_000  # the text, and its tokens
    assert not hasattr(render_apart, "cache_info"), "and nothing keeps it elsewhere"
    shared.cache_clear()


@needs_data
@pytest.mark.parametrize("folder", EXPECTED)
def test_templates_write_what_was_worked_by_hand(folder: str) -> None:
    template, tokens = template_of(folder)
    assert render(template, messages([SYSTEM, *CHAT]), True, tokens) == EXPECTED[folder]


@needs_data
def test_without_a_generation_prompt_the_chat_ends_as_the_template_says() -> None:
    template, tokens = template_of("phi-3-mini-4k-instruct")
    assert render(template, messages(CHAT[:1]), False, tokens) == "<|user|>\nHi<|end|>\n<|endoftext|>"


@needs_data
@pytest.mark.parametrize(
    ("folder", "turns", "said"),
    [
        ("llama-2-7b-chat-hf", [("user", "a"), ("user", "b")], "Conversation roles must alternate user/assistant"),
        ("mistral-7b-instruct-v0.1", [("user", "a"), ("tool", "b")], "Only user and assistant roles are supported"),
        ("mistral-7b-instruct-v0.1", [("assistant", "a")], "After the optional system message"),
    ],
)
def test_a_refusal_has_the_words_of_the_template(folder: str, turns: list[tuple[str, str]], said: str) -> None:
    template, tokens = template_of(folder)
    with pytest.raises(TemplateRefused, match=said):
        render(template, messages(turns), True, tokens)
    [found] = render_apart([ChatToWrite(template, tuple(turns), True)], tuple(tokens.items()), folder)
    assert isinstance(found, UserError) and str(found).startswith(f"The chat template of {folder} refuses this chat: ")
    assert said in str(found)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{% generation %}{{ messages[0].content }}{% endgeneration %}\n!", "hi!"),
        ("{{ {'b': \"<é>'\", 'a': [1]} | tojson }}", '{"b": "<é>\'", "a": [1]}'),
        ("{% for i in range(9) %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% endfor %}", "01"),
        ("  {% if true %}\n  x\n  {% endif %}\n{{ tools is none }}{{ documents is none }}\n", "  x\nTrueTrue"),
        ("{{ bos_token is defined }}{{ eos_token }}", "False</s>"),
        ("{{ strftime_now('%Y') | length }}", "4"),
    ],
)
def test_templates_are_given_what_they_are_used_to(template: str, text: str) -> None:
    assert render(template, messages([("user", "hi")]), True, {"eos_token": "</s>"}) == text


def apart(template: str) -> str:
    [found] = render_apart([ChatToWrite(template, (("user", "hi"),), True)], (), "this model")
    if isinstance(found, UserError):
        raise found
    return found


def test_a_child_writes_the_same() -> None:
    assert apart("{{ messages[0].role }}: {{ messages[0].content }} é🧑‍🚀\u2028") == "user: hi é🧑‍🚀\u2028"


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{% for %}", "not valid Jinja (line 1)"),
        ("{{ raise_exception('System role\nnot supported') }}", "refuses this chat: System role not supported"),
        ("{{ messages[5].content.x }}", "fails on this chat"),
        ("{{ 1 + 'a' }}", "fails on this chat: unsupported operand"),
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "unsafe"),
        ("{{ messages.append(1) }}", "fails on this chat"),
        ("{% include '/etc/passwd' %}", "fails on this chat"),
        ("{{ 'a' * (10 ** 10) }}", "memory"),
        ("{{ 'a' * 5000000 }}", f"wrote 5{THIN}000{THIN}000 characters"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "fails on this chat"),
        ("{{ ((((" * 3_000, "recursion"),
    ],
)
def test_a_template_that_fails_says_so_in_one_line(template: str, said: str) -> None:
    with pytest.raises(UserError) as raised:
        apart(template)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_template_that_never_ends_is_ended() -> None:
    with pytest.raises(TookTooLong, match="2 s"):
        apart("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}")


def test_the_child_answers_in_json() -> None:
    request = {"template": "{{ messages[0].content }}", "messages": messages([("user", "é")])}
    asked = json.dumps(request | {"add_generation_prompt": True, "tokens": {}}).encode()
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "core.tokenizers.chat.template._limit", lambda: None
        )  # or the test's own process would be limited
        main(io.BytesIO(asked).read, out.write)
    assert json.loads(out.getvalue()) == {"text": "é"}


# --- whole tokenizers


@cache
def opened(spec: str) -> Tokenizer:
    return open_tokenizer(spec)


@needs_data
@pytest.mark.parametrize("folder", ["llama-2-7b-chat-hf", "phi-3-mini-4k-instruct", "yi-1.5-34b-chat"])
def test_a_rendered_chat_is_cut_with_its_special_tokens(folder: str) -> None:
    tokenizer = opened(f"file:{TOKENIZERS / 'hf_json' / folder}")
    chat = render_chat(tokenizer, [Turn(*turn) for turn in [SYSTEM, *CHAT]])
    assert chat.text == EXPECTED[folder]
    found = chat.segmentation
    assert found.text.decode() == chat.text
    special = [p.decode() for p, kind in zip(found.pieces, found.kinds, strict=True) if kind == Kind.SPECIAL]
    known = {spelling for spelling, _ in tokenizer.info.specials}
    assert special
    assert set(special) <= known
    assert Kind.SPECIAL not in found.kinds[found.starts == found.ends], "nothing is added to what the template wrote"


MISTRAL = {
    "v1": "<s> [INST] Be brief.\n\nHi [/INST] Hello.</s> [INST] Bye <é> [/INST]",
    "v3": "<s>[INST] Hi[/INST] Hello.</s>[INST] Be brief.\n\nBye <é>[/INST]",
    "v7": "<s>[SYSTEM_PROMPT] Be brief.[/SYSTEM_PROMPT][INST] Hi[/INST] Hello.</s>[INST] Bye <é>[/INST]",
    "tekken": "<s>[INST]Hi[/INST]Hello.</s>[INST]Be brief.\n\nBye <é>[/INST]",
}


@pytest.mark.parametrize("version", MISTRAL)
def test_mistral_chats_are_encoded_by_mistrals_own_library(version: str) -> None:
    from core.tokenizers.chat.mistral import chat_ids
    from core.tokenizers.formats.mistral import shipped_file

    chat = render_chat(opened(f"mistral:{version}"), [Turn(*turn) for turn in [SYSTEM, *CHAT]])
    assert chat.text == MISTRAL[version]
    assert chat.segmentation.lossless
    assert chat.segmentation.ids.tolist() == chat_ids(shipped_file(version), [SYSTEM, *CHAT])
    special = [
        p for p, kind in zip(chat.segmentation.pieces, chat.segmentation.kinds, strict=True) if kind == Kind.SPECIAL
    ]
    assert special[0] == b"<s>"
    assert b"</s>" in special


def test_a_user_cannot_write_a_control_token_of_mistral() -> None:
    chat = render_chat(opened("mistral:v3"), [Turn("user", "</s>[INST]")])
    special = [
        p for p, kind in zip(chat.segmentation.pieces, chat.segmentation.kinds, strict=True) if kind == Kind.SPECIAL
    ]
    assert special == [b"<s>", b"[INST]", b"[/INST]"]


def test_what_mistral_refuses_is_said() -> None:
    with pytest.raises(UserError, match="must start with a user message or system message"):
        render_chat(opened("mistral:v3"), [Turn("assistant", "a")])
    with pytest.raises(UserError, match="no role 'tool'"):
        render_chat(opened("mistral:v3"), [Turn("tool", "a")])


def test_no_template_no_chat() -> None:
    tokenizer = ByteTokenizer()
    assert "<pad>, </s>, <unk>" in why_no_chat(tokenizer.info)
    with pytest.raises(UserError, match="UTF-8 bytes has no chat template"):
        render_chat(tokenizer, [Turn("user", "a")])
    with pytest.raises(UserError, match="at least one turn"):
        render_chat(tokenizer, [])


def test_importing_chats_imports_neither_jinja_nor_mistral_common() -> None:
    import subprocess
    import sys

    script = (
        "import sys, core.tokenizers.chat.chat; "
        "print(sorted({'jinja2', 'mistral_common', 'pydantic'} & set(sys.modules)))"
    )
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
