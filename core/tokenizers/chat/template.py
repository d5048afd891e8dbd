"""A tokenizer's own Jinja chat template, rendered in a process of its own.

A template comes with a tokenizer from anywhere, so it may loop for ever or build a string that fills the memory.
Jinja's sandbox keeps it from reaching Python, not from that; hence a `core.common.sandbox`: this module, run as a
process, reads a request as JSON from standard input and writes the answer as JSON. Templates are given what
transformers gives them (`apply_chat_template`), or they would not say here what they say there.
"""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn

from core.common.codec import Mismatch, from_json
from core.common.errors import TookTooLong, UserError
from core.common.numbers import count
from core.common.sandbox.answer import answer
from core.common.sandbox.confine import confine
from core.common.sandbox.limits import ProcessLimits, die_with_parent, end_after
from core.common.sandbox.pipes import AnswerTooLong, DeadlinePassed
from core.common.sandbox.start import bare_environment
from core.tokenizers.chat.variables import Variable, variables

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

SECONDS = 2.0  # of processor time for one chat; real templates take milliseconds
START_SECONDS = 60.0  # wall time on top, for starting Python and for a busy machine
MEMORY_MB = 512
N_FILES = 128  # open at a time
MAX_CHARACTERS = 4_000_000
ANSWER_BYTES = 16 * MAX_CHARACTERS  # JSON takes at most twelve for a character
_THOUGHT_FIELDS = ("reasoning_content", "thinking")  # the second is gpt-oss's
_OTHER_TURNS = "Change the turns, or choose another tokenizer."
_MEND = "Mend the chat_template of its files, or choose another tokenizer."

Message = Mapping[str, str]


class TemplateRefused(Exception):
    """The template called `raise_exception`."""


@dataclass(frozen=True)
class ChatToWrite:
    """A chat, and the template that is to write it.

    Args:
        messages: (role, content) per turn.
        given: further variables by name.
        thoughts: per turn, empty where there is none; none at all where no turn has one.
    """

    template: str
    messages: tuple[tuple[str, str], ...]
    add_generation_prompt: bool
    given: Mapping[str, Any] = field(default_factory=dict)
    thoughts: tuple[str, ...] = ()

    @property
    def written(self) -> list[dict[str, str]]:
        """The turns as templates are given them, each with its thought by all names that templates read."""
        thoughts = self.thoughts or ("",) * len(self.messages)
        return [
            {"role": role, "content": content} | (dict.fromkeys(_THOUGHT_FIELDS, thought) if thought else {})
            for (role, content), thought in zip(self.messages, thoughts, strict=True)
        ]


def render(
    template: str,
    messages: Sequence[Message],
    add_generation_prompt: bool,
    tokens: Mapping[str, str],
    given: Mapping[str, Any] | None = None,
) -> str:
    """The chat as the template writes it; only for templates that are trusted to end.

    Args:
        messages: {"role": …, "content": …} per turn.
        tokens: special tokens by the names that templates use, such as {"bos_token": "<s>"}; absent ones are undefined.
        given: further variables, such as {"tools": […], "enable_thinking": False}; they go before tokens of their name.

    Raises:
        TemplateRefused: the template refuses this chat; has its message.
        jinja2.TemplateError: the template is wrong.

    >>> render("{{ bos_token }}{% for m in messages %}{{ m.content }}{% endfor %}", [{"role": "user", "content": "hi"}],
    ...     False, {"bos_token": "<s>"})
    '<s>hi'
    """
    variables = {"tools": None, "documents": None, **tokens, **(given or {})}
    settled = {"messages": messages, "add_generation_prompt": add_generation_prompt}
    return _environment().from_string(template).render(variables | settled)


def _environment() -> "ImmutableSandboxedEnvironment":
    from jinja2 import nodes
    from jinja2.ext import Extension
    from jinja2.parser import Parser
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Generation(Extension):
        """`{% generation %}` marks what a model wrote, for training; the text is the same without it."""

        tags = {"generation"}  # noqa: RUF012 - as Jinja declares it

        def parse(self, parser: Parser) -> nodes.Node:
            line = next(parser.stream).lineno
            body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
            return nodes.Scope(body, lineno=line)

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, "jinja2.ext.loopcontrols"]
    )
    environment.filters["tojson"] = _to_json
    environment.globals["raise_exception"] = _refuse
    environment.globals["strftime_now"] = lambda form: datetime.now().strftime(form)
    return environment


def _to_json(
    value: object,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    """JSON as a model reads it: unlike Jinja's own filter, `<` and `'` stay as they are."""
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def _refuse(message: object) -> NoReturn:
    raise TemplateRefused(str(message))


def render_apart(
    chats: Sequence[ChatToWrite], tokens: tuple[tuple[str, str], ...], label: str
) -> list[str | UserError]:
    """Chats as their templates write them, from a child process with limits; the error in place of one refused.

    Args:
        tokens: (name, spelling) of special tokens.
        label: the tokenizer's, for messages.

    Raises:
        TookTooLong: together they ran past 2 s or 512 MB, or wrote over 4,000,000 characters.
    """
    requests = [
        {
            "template": chat.template,
            "messages": chat.written,
            "add_generation_prompt": chat.add_generation_prompt,
            "tokens": dict(tokens),
            "given": dict(chat.given),
        }
        for chat in chats
    ]
    answers = _answered({"several": requests}, label)["several"]
    return [
        str(said["text"]) if "text" in said else UserError(f"The chat template of {label} {said['error']}")
        for said in answers
    ]


def variables_apart(template: str, label: str) -> tuple[Variable, ...]:
    """What a template takes beyond the turns, found in a child process with limits, in order of name.

    Raises:
        TookTooLong: reading it ran past its limits.
        UserError: it is not valid Jinja; says where.
    """
    said = _answered({"look": template}, label)
    if "error" in said:
        raise UserError(f"The chat template of {label} {said['error']}")
    try:
        return from_json(tuple[Variable, ...], json.dumps(said["variables"]).encode())
    except Mismatch as error:
        raise UserError(f"The chat template of {label} could not be looked through: {error}.") from None


def _answered(request: Mapping[str, Any], label: str) -> Mapping[str, Any]:
    try:
        answered = answer(
            "core.tokenizers.chat.template",
            environment=bare_environment(),
            seconds=START_SECONDS + SECONDS,
            most_bytes=ANSWER_BYTES,
            question=json.dumps(request).encode(),
            folder="/",
            memory_mb=MEMORY_MB,
        )
        said = json.loads(answered.output)
    except (DeadlinePassed, AnswerTooLong, ValueError):  # ended by its limits, it says nothing
        said = None
    if not isinstance(said, dict):
        raise TookTooLong(
            f"The chat template of {label} did not end within {SECONDS:.0f} s and {MEMORY_MB} MB. "
            "It may loop for ever; use the tokenizer without its template."
        )
    return said


def main(read: Callable[[], bytes], write: Callable[[str], object]) -> None:
    """Answer one request; the limits hold from here on."""
    import jinja2.meta  # noqa: F401 - which `variables` imports

    request: dict[str, Any] = json.loads(read())
    _environment()  # imports done before the limits
    _limit()
    several = request.get("several")
    write(json.dumps(_said(request) if several is None else {"several": [*map(_said, several)]}))


def _said(request: Mapping[str, Any]) -> dict[str, Any]:
    """What is answered to one request."""
    import jinja2

    try:
        if "look" in request:
            return {"variables": [asdict(one) for one in variables(_environment(), request["look"])]}
        text = render(**request)
        if len(text) > MAX_CHARACTERS:
            return {"error": f"wrote {count(len(text))} characters; at most {count(MAX_CHARACTERS)} are shown."}
        return {"text": text}
    except TemplateRefused as refusal:
        return {"error": f"refuses this chat: {_line(str(refusal))} {_OTHER_TURNS}"}
    except MemoryError:
        return {"error": f"needs more than {MEMORY_MB} MB of memory for this chat."}
    except jinja2.TemplateSyntaxError as error:
        return {"error": f"is not valid Jinja (line {error.lineno}): {_line(str(error.message))} {_MEND}"}
    except Exception as error:  # whatever a template does wrong is the template's fault
        return {"error": f"fails on this chat: {_line(str(error) or type(error).__name__)} {_OTHER_TURNS}"}


def _line(message: str) -> str:
    """A message of somebody else's as one sentence."""
    words = " ".join("".join(c if c.isprintable() else " " for c in message[:500]).split())
    return words if words.endswith((".", "!", "?")) else f"{words}."


def _limit() -> None:
    """Keep this process to its time and memory, and to itself."""
    end_after(SECONDS, START_SECONDS + SECONDS)
    ProcessLimits(address_mb=MEMORY_MB, writes=False, n_files=N_FILES).apply()
    confine()


if __name__ == "__main__":
    die_with_parent(int(sys.argv[1]))
    main(sys.stdin.buffer.read, sys.stdout.write)
