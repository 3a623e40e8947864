"""Where a trail is written: what becomes of what was there, whatever it is and whatever breaks."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from itemwise._jsonl import write

MEMORY = Path("/dev/shm")  # noqa: S108 - a directory of its own is made in it

ELSEWHERE = os.name != "posix"

pytestmark = pytest.mark.skipif(ELSEWHERE, reason="modes, links and pipes as POSIX has them")


def breaking() -> Iterator[str]:
    yield "a first line\n" * 10_000
    raise MemoryError


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("before", [None, "an earlier trail\n"], ids=["new", "replaced"])
def test_a_text_that_breaks_off_leaves_what_was_there_and_nothing_beside_it(
    tmp_path: Path, before: str | None
) -> None:
    path = tmp_path / "trail.jsonl"
    if before is not None:
        path.write_text(before)

    with pytest.raises(MemoryError):
        write(path, breaking())

    assert [file.read_text() for file in tmp_path.iterdir()] == [before][: before is not None]


def test_a_place_that_cannot_be_taken_is_left_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "trail.jsonl"

    def meanwhile() -> Iterator[str]:
        yield "a line\n"
        path.mkdir()

    with pytest.raises(IsADirectoryError):
        write(path, meanwhile())

    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("before", [None, "an earlier trail\n"], ids=["dangling", "of a file"])
def test_a_link_stays_one_and_what_it_leads_to_is_replaced(
    tmp_path: Path, before: str | None
) -> None:
    (tmp_path / "kept").mkdir()
    target, link = tmp_path / "kept" / "trail.jsonl", tmp_path / "latest.jsonl"
    if before is not None:
        target.write_text(before)
    link.symlink_to(target)

    write(link, ["a\n", "b\n"])

    assert link.is_symlink()
    assert target.read_text() == "a\nb\n"
    assert mode(target) == 0o600
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["kept", link.name, target.name]


def test_a_pipe_is_written_to_and_stays_as_it_is(tmp_path: Path) -> None:
    # So are devices: a replaced or private /dev/null would be missed by others.
    path = tmp_path / "pipe"
    os.mkfifo(path)
    path.chmod(0o644)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write(path, ["a\n", "b\n"])

        assert os.read(reader, 100) == b"a\nb\n"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(path.stat().st_mode)
    assert mode(path) == 0o644


def test_standard_output_that_leads_to_a_file_is_written_to_at_its_end(tmp_path: Path) -> None:
    code = (
        "from itemwise._jsonl import write\n"
        "print('before', flush=True)\n"
        "write('/dev/stdout', ['line\\n'])\n"
        "print('after')"
    )
    captured = tmp_path / "captured.txt"
    with captured.open("a", encoding="utf-8") as file:
        subprocess.run([sys.executable, "-c", code], stdout=file, check=True)

    assert captured.read_text(encoding="utf-8") == "before\nline\nafter\n"


@pytest.mark.skipif(not MEMORY.is_dir(), reason="files in memory, as Linux has them")
def test_a_file_in_memory_is_replaced_like_any_other() -> None:
    with TemporaryDirectory(dir=MEMORY) as directory:
        path = Path(directory, "trail.jsonl")
        write(path, ["a\n"])
        write(path, ["b\n"])
        assert path.read_text(encoding="utf-8") == "b\n"
        assert mode(path) == 0o600


def test_a_directory_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        write(tmp_path, ["a\n"])

    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_is_not_there_is_an_error_and_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "none" / "trail.jsonl"
    with pytest.raises(FileNotFoundError) as caught:
        write(path, ["a\n"])

    assert caught.value.filename == str(path)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("target", [None, 1, b"path", io.BytesIO()])
def test_what_no_text_can_be_written_to_is_refused_by_name(target: Any) -> None:
    with pytest.raises(TypeError, match="a path or an open text file, not to "):
        write(target, ["a\n"])
