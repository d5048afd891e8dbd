"""Conversations that go on: whether their first tokens stay, worked by hand on small templates and on real ones."""

import json
from pathlib import Path

import pytest

from core.common.errors import UserError
from core.probes.chat_prefix import KINDS, ChatGrowth, chat_prefixes, chat_prefixes_of
from core.probes.chats.shipped import shipped_chats
from core.probes.chats.shipping import asked
from core.probes.chats.turns import CONVERSATION, turns_of
from core.tokenizers.catalog import open_path
from core.tokenizers.tokenizer import Tokenizer
from tests import tiny
from tests.datafolder import TOKENIZERS, needs_data

PROMPT = "{% if add_generation_prompt %}A:{% endif %}"
KEEPS = "{% for m in messages %}{{ 'U:' if m.role == 'user' else 'A:' }}{{ m.content }}\n{% endfor %}" + PROMPT
FORGETS = (
    "{% for m in messages %}{{ 'U:' if m.role == 'user' else 'A:' }}"
    "{{ m.content if loop.last else m.content.split('</think>')[-1] }}\n{% endfor %}" + PROMPT
)
ENDS = KEEPS + "{% if not add_generation_prompt %}<|end|>{% endif %}"
MERGES = "{% for m in messages %}{{ m.content }}{% endfor %}"
CHAT = "user: Hi\nassistant: Hello\nuser: hello\nassistant: the cat"


def made(template: str, folder: Path) -> Tokenizer:
    folder.mkdir()
    (folder / "tokenizer.json").write_text(tiny.byte_level_bpe())
    (folder / "tokenizer_config.json").write_text(json.dumps({"chat_template": template}))
    return open_path(f"file:{folder}", folder)


def growths(template: str, folder: Path, chat: str = CHAT) -> dict[str, ChatGrowth]:
    [found] = chat_prefixes_of([made(template, folder)], chat).found.values()
    return dict(found)


def test_a_template_that_only_adds_keeps_all_tokens_and_says_which_to_train_on(tmp_path: Path) -> None:
    found = growths(KEEPS, tmp_path / "t")
    assert {kind: one.broken for kind, one in found.items()} == dict.fromkeys(KINDS)
    assert {kind for kind, one in found.items() if one.why} == {"tools", "reasoning"}, "which it does not write"
    one = found["plain"]
    assert one.whole is not None
    pieces = one.whole.segmentation.pieces
    texts = [b"".join(pieces[slice(*place)]) for place in one.written if place is not None]
    assert texts == [b"Hello\n", b"the cat\n"]
    assert one.sentence().startswith("every encoding is the beginning of the next; train on tokens ")


def test_a_template_that_forgets_thoughts_breaks_only_with_them(tmp_path: Path) -> None:
    found = growths(FORGETS, tmp_path / "t")
    assert [kind for kind, one in found.items() if one.broken is not None] == ["thinking"]
    step = found["thinking"].broken
    assert step is not None and (step.added, step.cause) == ("user", "thoughts")
    assert step.before[0].startswith(b"<") and not step.after[0].startswith(b"<")
    assert found["thinking"].written[0] is None and found["thinking"].written[1] is not None


@pytest.mark.parametrize("field", ["reasoning_content", "thinking"])
def test_thoughts_in_a_field_of_their_own_are_written_where_a_template_reads_them(field: str, tmp_path: Path) -> None:
    reads = KEEPS.replace("{{ m.content }}", f"{{{{ m.{field} if loop.last }}}}{{{{ m.content }}}}")
    found = growths(reads, tmp_path / "t")
    assert found["plain"].broken is None and found["thinking"].broken is None
    step = found["reasoning"].broken
    assert step is not None and (step.added, step.cause) == ("user", "thoughts")
    assert b"".join(step.before).startswith(b"That is")


def test_thoughts_that_no_turn_keeps_are_told_from_thoughts_that_stay(tmp_path: Path) -> None:
    drops = KEEPS.replace("{{ m.content }}", "{{ m.content.split('</think>')[-1].lstrip() }}")
    found = growths(drops, tmp_path / "t")["thinking"]
    assert found.broken is None and found.why.startswith("It takes thinking parts out of every turn")


def test_tools_that_move_to_the_last_turn_break_the_tokens_before_it(tmp_path: Path) -> None:
    moves = (
        "{% for m in messages %}{% if tools and loop.last %}{{ tools[0].function.name }}!{% endif %}"
        "{{ m.content }}\n{% endfor %}"
    )
    found = growths(moves, tmp_path / "t")
    assert found["plain"].broken is None and found["tools"].broken is not None
    assert (found["tools"].broken.first, found["tools"].broken.added) == (0, "assistant")


def test_an_end_that_stands_only_at_the_end_breaks_with_the_next_turn(tmp_path: Path) -> None:
    step = growths(ENDS, tmp_path / "t")["plain"].broken
    assert step is not None and (step.added, step.cause, step.before) == ("user", "template", (b"<|end|>",))


def test_tokens_that_merge_over_the_seam_are_told_from_a_template_that_rewrites(tmp_path: Path) -> None:
    step = growths(MERGES, tmp_path / "t", "user: the c\nassistant: at sat")["plain"].broken
    assert step is not None and (step.added, step.cause) == ("assistant", "seam")
    assert (step.before[0], step.after[0]) == (b" c", b" cat")


def test_what_a_template_refuses_is_said(tmp_path: Path) -> None:
    refuses = "{% if messages[0].role == 'system' %}{{ raise_exception('No system.') }}{% endif %}" + KEEPS
    found = growths(refuses, tmp_path / "t")
    assert "refuses this chat: No system." in found["system"].why and found["plain"].broken is None
    [without] = chat_prefixes(["builtin:utf8-bytes"]).found.values()
    assert "has no chat template" in without["plain"].why


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hi", "begin with who speaks"),
        ("user: Hi", "of 1 turn is"),
        ("user: a\nuser: b", "alternate"),
        ("assistant: a\nuser: b", "alternate"),
    ],
)
def test_what_is_no_conversation_says_why(text: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        turns_of(text)


@needs_data
def test_what_ships_is_what_is_found() -> None:
    there, folder = shipped_chats(), TOKENIZERS / "hf_json" / "phi-3-mini-4k-instruct"
    assert there.conversation == CONVERSATION and len(there.rows) >= 11
    found = asked({folder.name: open_path(f"file:{folder}", folder)})
    assert found.rows[folder.name] == there.rows[folder.name]
    assert found.fingerprints[folder.name] == there.fingerprints[folder.name]
