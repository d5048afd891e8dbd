"""A tokenizer's own Jinja chat template, rendered in a process of its own.

A template comes with a tokenizer from anywhere, so it may loop for ever or build a string that fills the memory.
Jinja's sandbox keeps it from reaching Python, not from that; hence a child with limits: `python -m
core.tokenizers.chat.template` reads a request as JSON from standard input and writes the answer as JSON. Templates are
given what transformers gives them (`apply_chat_template`), or they would not say here what they say there.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NoReturn

from core.common.errors import TookTooLong, UserError

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

SECONDS = 2.0  # of processor time for one chat; real templates take milliseconds
START_SECONDS = 10.0  # wall time on top, for starting Python and for a busy machine
MEMORY_BYTES = 512 * 2**20
MAX_CHARACTERS = 4_000_000

Message = Mapping[str, str]


class TemplateRefused(Exception):
    """The template called `raise_exception`."""


def render(template: str, messages: Sequence[Message], add_generation_prompt: bool, tokens: Mapping[str, str]) -> str:
    """The chat as the template writes it; only for templates that are trusted to end.

    Args:
        messages: {"role": …, "content": …} per turn.
        tokens: special tokens by the names that templates use, such as {"bos_token": "<s>"}; absent ones are undefined.

    Raises:
        TemplateRefused: the template refuses this chat; has its message.
        jinja2.TemplateError: the template is wrong.

    >>> render("{{ bos_token }}{% for m in messages %}{{ m.content }}{% endfor %}", [{"role": "user", "content": "hi"}],
    ...     False, {"bos_token": "<s>"})
    '<s>hi'
    """
    return (
        _environment()
        .from_string(template)
        .render(messages=messages, add_generation_prompt=add_generation_prompt, tools=None, documents=None, **tokens)
    )


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


@lru_cache(maxsize=256)
def render_apart(
    template: str,
    messages: tuple[tuple[str, str], ...],
    add_generation_prompt: bool,
    tokens: tuple[tuple[str, str], ...],
    label: str,
) -> str:
    """The chat as the template writes it, from a child process with limits.

    Args:
        messages: (role, content) per turn.
        tokens: (name, spelling) of special tokens.
        label: the tokenizer's, for messages.

    Raises:
        TookTooLong: it ran past 2 s or 512 MB, or wrote over 4,000,000 characters.
        UserError: the template refuses this chat, or is wrong; with its own message.
    """
    request = {
        "template": template,
        "messages": [{"role": role, "content": content} for role, content in messages],
        "add_generation_prompt": add_generation_prompt,
        "tokens": dict(tokens),
    }
    child = [sys.executable, "-P", "-s", "-m", "core.tokenizers.chat.template"]
    environment = {"PYTHONPATH": os.pathsep.join(os.path.abspath(p) for p in sys.path), "PYTHONUTF8": "1"}  # noqa: PTH100
    try:
        done = subprocess.run(
            child,
            input=json.dumps(request).encode(),
            capture_output=True,
            timeout=START_SECONDS + SECONDS,
            env=environment,
            cwd="/",
            check=False,
        )
        answer = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):  # killed by its limits, it says nothing
        raise TookTooLong(
            f"The chat template of {label} did not end within {SECONDS:.0f} s and {MEMORY_BYTES // 2**20:,} MB. "
            "It may loop for ever; use the tokenizer without its template."
        ) from None
    if "text" in answer:
        return str(answer["text"])
    raise UserError(f"The chat template of {label} {answer['error']}")


def main(read: Callable[[], bytes], write: Callable[[str], object]) -> None:
    """Answer one request; the limits hold from here on."""
    import jinja2

    request: dict[str, Any] = json.loads(read())
    _environment()  # imports done before the limits
    _limit()
    answer: dict[str, str]
    try:
        text = render(**request)
        answer = {"text": text}
        if len(text) > MAX_CHARACTERS:
            answer = {"error": f"wrote {len(text):,} characters; at most {MAX_CHARACTERS:,} are shown."}
    except TemplateRefused as refusal:
        answer = {"error": f"refuses this chat: {_line(str(refusal))}"}
    except MemoryError:
        answer = {"error": f"needs more than {MEMORY_BYTES // 2**20:,} MB of memory for this chat."}
    except jinja2.TemplateSyntaxError as error:
        answer = {"error": f"is not valid Jinja (line {error.lineno}): {_line(str(error.message))}"}
    except Exception as error:  # whatever a template does wrong is the template's fault
        answer = {"error": f"fails on this chat: {_line(str(error)) or type(error).__name__}"}
    write(json.dumps(answer))


def _line(message: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in message[:500]).split())


def _limit() -> None:
    """Keep this process to its processor time and memory, and off the disk."""
    try:
        import resource
    except ImportError:  # no such limits on this system; the parent still ends it
        return
    signal.setitimer(signal.ITIMER_PROF, SECONDS)  # the kernel ends the process, whatever it is doing
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if sys.platform != "darwin":  # which refuses it
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


if __name__ == "__main__":
    main(sys.stdin.buffer.read, sys.stdout.write)
