"""Every public name has its place in the reference, and the reference names nothing else."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import itemwise
import itemwise.errors
import itemwise.results

PAGES = Path(__file__).parents[2] / "docs" / "reference"
BLOCK = re.compile(r"^::: (?P<module>[\w.]+)\n(?P<options>(?:    .*\n)*)", re.MULTILINE)
MEMBER = re.compile(r"^ +- (\w+)$", re.MULTILINE)


def shown() -> Iterator[str]:
    """Give the names on the pages of the package and of its public modules.

    A block shows the members that it lists, and the whole module where it lists none.
    """
    for page in ("itemwise.md", "results.md", "errors.md"):
        for block in BLOCK.finditer((PAGES / page).read_text(encoding="utf-8")):
            listed = MEMBER.findall(block["options"])
            yield from listed or import_module(block["module"]).__all__


def test_every_public_name_is_on_a_page_of_the_reference_once() -> None:
    names = Counter(shown())
    assert set(names) >= set(itemwise.__all__)
    assert set(names) <= {*itemwise.__all__, *itemwise.results.__all__, *itemwise.errors.__all__}
    assert set(names.values()) == {1}
