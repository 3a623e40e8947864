"""OpenTelemetry is an extra, which only who asks for it needs."""

from __future__ import annotations

import subprocess
import sys

PROBE = """
import sys
import itemwise, itemwise.otel
assert not any(name.startswith("opentelemetry") for name in sys.modules)
"""


def test_nothing_of_opentelemetry_is_imported_unless_asked() -> None:
    # In a process of its own, since this one has imported it.
    done = subprocess.run(
        [sys.executable, "-c", PROBE], check=False, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr


WITHOUT = """
import asyncio, sys
sys.modules["opentelemetry"] = None
from itemwise.otel import traced, traced_stream

async def first_step():
    await anext(traced_stream(None))

for asked in (traced(None), first_step()):
    try:
        asyncio.run(asked)
    except ModuleNotFoundError as error:
        assert "itemwise[otel]" in str(error), error
    else:
        raise AssertionError
"""


def test_without_the_extra_the_error_says_what_to_install() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], check=False, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
