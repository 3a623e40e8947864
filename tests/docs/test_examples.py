"""Every Python block of the README and of the site runs, and prints what the page says it prints.

The blocks of a page run in order and share their names, as a reader who types them has them. They
run against a LocalAWS: the environment points every AWS client to it, whatever its region. How-to
pages take some names as given, such as `client`; `given` makes them.

A comment on the line before a block says what is special about it:

    <!-- example -->               the README's example, which also runs on the built wheel
    <!-- output -->                before a text block: what the Python block above it prints
    <!-- compile only: reason -->  compiled and not run; the reason says what is missing here
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import logging
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

import pytest

from itemwise.services.fms import BatchDisassociateResourceRequest
from itemwise.testing import LocalAWS

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(
    r"(?:^[ ]*<!-- (?P<mark>[^>]+) -->\n)?"
    r"^(?P<indent>[ ]*)```(?P<language>python|text)\b[^\n]*\n(?P<body>.*?)^(?P=indent)```$",
    re.DOTALL | re.MULTILINE,
)
MARKS = re.compile(r"example|output|compile only: .+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    language: str
    mark: str
    body: str
    place: str


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for found in BLOCK.finditer(text):
        line = text.count("\n", 0, found.start("body"))
        yield Block(
            language=found["language"],
            mark=found["mark"] or "",
            body=textwrap.dedent(found["body"]),
            place=f"{page.relative_to(ROOT)}:{line}",
        )


def compiled(block: Block) -> CodeType:
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    code: CodeType = compile(block.body, block.place, "exec", flags, dont_inherit=True)
    return code


async def run(code: CodeType, names: dict[str, object]) -> None:
    before = set(names)
    if code.co_flags & inspect.CO_COROUTINE:
        await eval(code, names)  # noqa: S307 - our own pages
    else:
        # A whole program brings its own event loop, which needs a thread of its own.
        await asyncio.to_thread(exec, code, names)
    for name in sorted(set(names) - before):
        test = names[name]
        if name.startswith("test_") and inspect.iscoroutinefunction(test):
            await test()


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
async def test_every_block_runs_and_prints_what_the_page_says(
    page: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(logging.getLogger("itemwise"), "handlers", [])
    async with LocalAWS() as aws, aws.client("fms") as client:
        # The second is what a page sets: named here, it is taken back at the end.
        for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_FMS"):
            monkeypatch.setenv(name, aws.endpoint_url)
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "testing")
            if page.name == "testing.md":
                # Whoever tests has no others: this page sets what its code needs.
                monkeypatch.delenv(name)
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        names: dict[str, object] = {"__name__": "__main__", "aws": aws, "client": client}
        names.update(given())
        printed = ""
        for block in blocks(page):
            assert not block.mark or MARKS.fullmatch(block.mark), f"{block.place}: {block.mark}"
            if block.language == "text":
                if block.mark == "output":
                    assert printed == block.body, block.place
                continue
            code = compiled(block)
            if not block.mark.startswith("compile only"):
                await run(code, names)
                printed = capsys.readouterr().out


def given() -> Mapping[str, object]:
    """What how-to pages call given besides the server and its client."""
    arns = [f"arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-{n:04}" for n in range(250)]
    request = BatchDisassociateResourceRequest(resource_set_identifier="rs-1", items=arns)
    return {"arns": arns, "request": request}


def test_no_block_is_overlooked() -> None:
    # A fence that the pattern above does not match, such as one with another indent at its end.
    for page in PAGES:
        opened = re.findall(r"^[ ]*```python", page.read_text(encoding="utf-8"), re.MULTILINE)
        found = [block for block in blocks(page) if block.language == "python"]
        assert len(found) == len(opened), page
