"""Special and added tokens that the files beside a tokenizer name, in the order and with the flags of transformers.

`added_tokens_decoder` in tokenizer_config.json settles all; where it is absent, special_tokens_map.json,
added_tokens.json and the list in tokenizer.json are read together. A token that the vocabulary does not have gets the
next free id, whatever number a file gives it.

Source: transformers 5.24, `PreTrainedTokenizerBase._from_pretrained` and `TokenizersBackend.__init__`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import tokenizers
from tokenizers import AddedToken

from core.common.errors import shown
from core.common.numbers import count
from core.tokenizers.format import Files
from core.tokenizers.sidecars import ROLES, config

MAP, ADDED = "special_tokens_map.json", "added_tokens.json"
Token = AddedToken | str  # with flags, or without, as a file writes it
_FLAGS = ("lstrip", "rstrip", "single_word", "normalized")
_SOME = 4  # tokens named in a note


@dataclass(frozen=True)
class Companions:
    """Tokens that files beside a tokenizer give it.

    Args:
        roles: special tokens by the name that templates use, such as "bos_token" or "image_token".
        listed: tokens by the id that a file gives them.
        extra: special tokens without a name.
        usual: names of the roles that no file gives, but the class.
    """

    roles: Mapping[str, Token] = field(default_factory=dict)
    listed: Mapping[int, AddedToken] = field(default_factory=dict)
    extra: tuple[Token, ...] = ()
    usual: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.roles or self.listed or self.extra)

    @property
    def contents(self) -> frozenset[str]:
        """Every token's spelling."""
        return frozenset(map(str, (*self.listed.values(), *self.roles.values(), *self.extra)))

    @property
    def spellings(self) -> tuple[tuple[str, str], ...]:
        """(name, spelling) of the special tokens that have a name."""
        return tuple((name, str(token)) for name, token in self.roles.items())

    def untrained(self, backend: tokenizers.Tokenizer) -> frozenset[str]:
        """Names of special tokens that only the class has, and not this vocabulary; asked before they are added."""
        return frozenset(name for name in self.usual if backend.token_to_id(str(self.roles[name])) is None)

    def on_raw_text(self) -> "Companions":
        """The same, with listed tokens looked for in the text before it is normalised."""
        return replace(self, listed={i: with_flags(token, normalized=False) for i, token in self.listed.items()})


def companions(
    files: Files,
    usual: Mapping[str, Token] = {},
    own: Mapping[int, AddedToken] = {},
    extra: Iterable[Token] | None = None,
) -> Companions:
    """What the files beside a tokenizer say of its special and added tokens.

    Args:
        usual: special tokens of its class, by name, where no file says otherwise.
        own: added tokens that its own file has, by id.
        extra: special tokens of its own file without a name, unless a companion lists some.

    Raises:
        UnreadableFile: a companion is not a JSON object.
    """
    settings = config(files)
    decoder = settings.get("added_tokens_decoder")
    settled = isinstance(decoder, dict)
    named = {} if settled else config(files, MAP)
    roles = _roles({**settings, **named})
    unnamed = _unnamed(settings, named if extra is None else {})  # a model's own stand before those of the map
    listed = _decoded(decoder) if isinstance(decoder, dict) else {**_added(files, roles, unnamed or ()), **own}
    by_content = {token.content: token for token in listed.values()}
    roles = {name: by_content.get(str(token), token) for name, token in roles.items()}
    taken = {*roles, *settings, *named}
    by_class = {n: token for n, value in usual.items() if n not in taken and (token := _special(value))}
    roles |= by_class
    in_order = {name: roles[name] for name in (*ROLES, *roles) if name in roles}
    more = tuple(extra or ()) if unnamed is None else unnamed
    return Companions(in_order, _named_are_special(listed, in_order), more, frozenset(by_class))


def add_to(backend: tokenizers.Tokenizer, found: Companions) -> list[str]:
    """Give a backend the tokens of its companions; notes on what is new and on ids that differ from a file's."""
    before = backend.get_vocab_size(with_added_tokens=True)
    there = backend.get_added_tokens_decoder().values()
    same = {repr(token) for token in there}
    fresh: list[Token] = [token for _, token in sorted(found.listed.items()) if repr(token) not in same]
    known = {token.content for token in there} | {str(token) for token in fresh}
    for token in (*found.roles.values(), *found.extra):
        if str(token) not in known and token not in fresh:  # the same spelling with other flags comes again, and holds
            fresh.append(token)
    if fresh:
        backend.add_tokens([AddedToken(t, special=True) if isinstance(t, str) else t for t in fresh])
    new = [content for content in dict.fromkeys(map(str, fresh)) if (backend.token_to_id(content) or 0) >= before]
    return [*_said_new(new), *_said_moved(backend, found.listed)]


def _roles(settings: Mapping[str, Any]) -> dict[str, Token]:
    """Special tokens by name, the standard ones first."""
    own = [key for key in settings if key.endswith("_token") and key not in ROLES]
    more = settings.get("extra_special_tokens")
    values = {**{key: settings.get(key) for key in (*ROLES, *own)}, **(more if isinstance(more, dict) else {})}
    return {str(key): token for key, value in values.items() if (token := _special(value))}


def _unnamed(settings: Mapping[str, Any], named: Mapping[str, Any]) -> tuple[Token, ...] | None:
    """Special tokens without a name; None where no file lists any."""
    first = settings.get("extra_special_tokens") or settings.get("additional_special_tokens")
    listed = first if isinstance(first, list) else None
    more = named.get("extra_special_tokens")
    if isinstance(more, list):
        listed = [*(listed or []), *more]
    if listed is None and "additional_special_tokens" not in settings:
        listed = named.get("additional_special_tokens")
    if not isinstance(listed, list):
        return () if isinstance(settings.get("additional_special_tokens"), list) else None
    return tuple(token for value in listed if (token := _special(value)))


def _special(value: object) -> Token | None:
    """A special token as a file or a class writes it."""
    if isinstance(value, AddedToken | str):
        return value or None
    return _token(value, special=True)


def _token(value: object, special: bool | None = None) -> AddedToken | None:
    """A token written with its flags; None where it is no such thing."""
    if not isinstance(value, dict) or not isinstance(value.get("content"), str) or not value["content"]:
        return None
    flags = {key: value[key] for key in _FLAGS if type(value.get(key)) is bool}
    return AddedToken(value["content"], special=value.get("special") is True if special is None else special, **flags)


def _decoded(decoder: Mapping[str, object]) -> dict[int, AddedToken]:
    tokens = {int(i): _token(value) for i, value in decoder.items() if i.isascii() and i.isdigit() and len(i) < 10}
    return {i: token for i, token in tokens.items() if token}


def _added(files: Files, roles: Mapping[str, Token], extra: Iterable[Token]) -> dict[int, AddedToken]:
    """added_tokens.json: special are those that another file names as such."""
    specials = {str(token) for token in (*roles.values(), *extra)}
    found = {content: i for content, i in config(files, ADDED).items() if content and type(i) is int and i >= 0}
    return {i: AddedToken(c, normalized=c not in specials, special=c in specials) for c, i in found.items()}


def _named_are_special(listed: Mapping[int, AddedToken], roles: Mapping[str, Token]) -> dict[int, AddedToken]:
    named = {str(token) for token in roles.values()}
    return {i: with_flags(token, special=token.special or token.content in named) for i, token in listed.items()}


def with_flags(token: AddedToken, **changed: bool) -> AddedToken:
    """The token with some of its flags changed.

    >>> with_flags(AddedToken("<x>", lstrip=True), special=True).lstrip
    True
    """
    return AddedToken(token.content, **{flag: getattr(token, flag) for flag in (*_FLAGS, "special")} | changed)


def _said_new(contents: list[str]) -> list[str]:
    if not contents:
        return []
    tokens = "token comes" if len(contents) == 1 else "tokens come"
    return [f"{count(len(contents))} {tokens} from the files beside the vocabulary: {some(contents)}."]


def _said_moved(backend: tokenizers.Tokenizer, listed: Mapping[int, AddedToken]) -> list[str]:
    ids = {token.content: (i, backend.token_to_id(token.content)) for i, token in sorted(listed.items())}
    moved = [
        f"{shown(c, 30)} is {count(now)}, not {count(said)}"
        for c, (said, now) in ids.items()
        if now not in (None, said)
    ]
    if not moved:
        return []
    more = f", and {count(len(moved) - _SOME)} more" if len(moved) > _SOME else ""
    return [
        "Ids follow the vocabulary, as in transformers, and not the file of added tokens: "
        f"{'; '.join(moved[:_SOME])}{more}."
    ]


def some(contents: list[str]) -> str:
    """The first of some tokens, for a note."""
    more = f" and {count(len(contents) - _SOME)} more" if len(contents) > _SOME else ""
    return ", ".join(shown(content, 30)[1:-1] for content in contents[:_SOME]) + more
