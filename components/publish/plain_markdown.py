"""The little Markdown that our pages use, as HTML in which nothing runs."""

import re
from html import escape

_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_HIDDEN = 0xE000  # letters of the private area stand for escaped signs while the marks are read
_MARKS = (
    (re.compile(r":material/\w+:\s*"), ""),
    (re.compile(r":[a-z]+(?:-[a-z]+)*\[([^\]]*)\]"), r"\1"),
    (re.compile(r"`([^`]+)`"), r"<code>\1</code>"),
    (re.compile(r"\*\*(.+?)\*\*", re.S), r"<strong>\1</strong>"),
    (re.compile(r"(?<![\w*])\*(?!\s)(.+?)(?<!\s)\*(?![\w*])", re.S), r"<em>\1</em>"),
    (re.compile(r"\[([^\]]+)\]\((https?://[^)\s\"]+)\)"), r'<a href="\2">\1</a>'),
)


def inline(text: str) -> str:
    r"""Marks within a line.

    >>> inline(r"**50 % of a\_b** <i> \*not\*")
    '<strong>50 % of a_b</strong> &lt;i&gt; *not*'
    """
    found = escape(_ESCAPED.sub(lambda sign: chr(_HIDDEN + ord(sign[1])), text))
    for pattern, html in _MARKS:
        found = pattern.sub(html, found)
    return re.sub("[\ue000-\ue07f]", lambda sign: escape(chr(ord(sign[0]) - _HIDDEN)), found)


def unescaped(text: str) -> str:
    r"""Markdown that only escapes, as plain text.

    >>> unescaped(r"called 'gtp\-2'\.")
    "called 'gtp-2'."
    """
    return _ESCAPED.sub(r"\1", text)


def html_of(text: str) -> str:
    """Paragraphs and lists.

    >>> html_of("- a\\n- b")
    '<ul><li>a</li><li>b</li></ul>'
    """
    parts = []
    for part in re.split(r"\n\s*\n", text.strip()):
        lines = part.splitlines()
        if all(line.lstrip().startswith("- ") for line in lines):
            parts.append(f"<ul>{''.join(f'<li>{inline(line.lstrip()[2:])}</li>' for line in lines)}</ul>")
        else:
            parts.append(f"<p>{inline(part)}</p>")
    return "".join(parts)
