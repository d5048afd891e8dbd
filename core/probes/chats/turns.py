"""A conversation as somebody types it: a line a turn, which begins with who speaks."""

import re

from core.common.errors import UserError
from core.common.numbers import so_many
from core.tokenizers.chat.chat import Turn

CONVERSATION = "user: What is 2 + 2?\nassistant: It is 4.\nuser: And 3 + 3?\nassistant: That is 6."
MOST_TURNS = 20
_BEGINS = re.compile(r"(system|user|assistant):[ \t]*", re.IGNORECASE)


def turns_of(text: str) -> tuple[Turn, ...]:
    """The turns; a line that begins with nobody goes on with the turn before it.

    Raises:
        UserError: it does not begin with a turn, has fewer than two or too many of them, or those of user and
            assistant do not alternate.

    >>> turns_of("user: Hi\\nthere\\nassistant: Hello.")
    (Turn(role='user', content='Hi\\nthere', thought=''), Turn(role='assistant', content='Hello.', thought=''))
    """
    found: list[Turn] = []
    for line in text.strip().split("\n"):
        begun = _BEGINS.match(line)
        if begun:
            found.append(Turn(begun[1].lower(), line[begun.end() :]))
        elif found:
            found[-1] = Turn(found[-1].role, f"{found[-1].content}\n{line}")
        else:
            raise UserError(
                "The conversation has to begin with who speaks. Begin each turn with user: or assistant: and its words."
            )
    roles = [turn.role for turn in found]
    spoken = roles[1:] if roles[:1] == ["system"] else roles
    if not 2 <= len(spoken) <= MOST_TURNS:
        n = so_many(len(spoken), "turn", "turns")
        raise UserError(f"A conversation of {n} is not looked at. Give two to {MOST_TURNS}.")
    if spoken != ["user", "assistant"] * (len(spoken) // 2) + ["user"] * (len(spoken) % 2):
        raise UserError(
            "Turns of user and assistant have to alternate, the user first, behind at most one system: line."
        )
    return tuple(found)
