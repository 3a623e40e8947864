"""Words: AWS's HTML made plain, and texts laid out as docstrings and comments."""

from __future__ import annotations

import html
import re
import textwrap
from typing import Final

from codegen.errors import CodegenError

__all__ = ["LINE", "comment", "docstring", "first_sentence", "summary"]

LINE: Final = 100
_LONGEST: Final = 220
_CODE: Final = re.compile(r"</?(?:code|i|b)>")
_TAG: Final = re.compile(r"<[^>]+>")
_SENTENCE: Final = re.compile(r"(?<=\w[\w`)\"'])[.!?](?=\s+[A-Z])")
# Signs that linters take for their ASCII twins.
_PLAIN: Final = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-"}
)


def first_sentence(documentation: str) -> str:
    """Take the first sentence of a text of AWS, as plain text; empty where there is none."""
    code = documentation.replace("<code>", "``").replace("</code>", "``")
    text = html.unescape(_TAG.sub(" ", _CODE.sub("", code))).translate(_PLAIN)
    text = re.sub(r"\s+([.,;:)])", r"\1", " ".join(text.split()))
    found = _SENTENCE.search(text)
    sentence = text[: found.start()] if found else text.rstrip(".")
    if not sentence:
        return ""
    short = textwrap.shorten(sentence, _LONGEST, placeholder=" ...")
    return short if short.endswith("...") else f"{short}."


def summary(text: str, place: str, indent: int = 0) -> str:
    """Make a docstring of one line.

    Args:
        text: the words.
        place: what they are about, for the error.
        indent: how far the docstring is indented.

    Raises:
        CodegenError: they need more than one line.
    """
    line = f'{" " * indent}"""{text}"""'
    if len(line) > LINE:
        raise CodegenError(f"{place}: words of one line are wanted in the overlay's docs: {text}")
    return line


def docstring(text: str, indent: int = 0) -> str:
    """Lay a text out as a docstring."""
    margin = " " * indent
    lines = _wrapped(f'"""{text}', margin, margin, LINE)
    if len(lines[-1]) + 3 > LINE:
        lines = _wrapped(f'"""{text}', margin, margin, LINE - 3)
    return "\n".join(lines) + '"""'


def comment(text: str, indent: int = 0) -> str:
    """Lay a text out as a comment."""
    margin = " " * indent + "# "
    return "\n".join(_wrapped(text, margin, margin, LINE))


def _wrapped(text: str, first: str, rest: str, width: int) -> list[str]:
    return textwrap.wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
