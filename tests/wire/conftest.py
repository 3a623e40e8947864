"""Fixtures of tests that go through HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiobotocore.client import AioBaseClient
from aiobotocore.session import AioSession

from itemwise._botocore import body, events
from itemwise.testing import LocalAWS
from tests.wire.cases import CASES, Case, case_id


@pytest.fixture(params=CASES, ids=case_id)
def case(request: pytest.FixtureRequest) -> Case:
    """Every operation in turn, unless a test or its module takes one."""
    row: Case = request.param
    return row


@pytest.fixture
async def client(case: Case, aws: LocalAWS, session: AioSession) -> AsyncIterator[AioBaseClient]:
    async with aws.client(case.operation.service, session=session) as opened:
        yield opened


@pytest.fixture
async def complaints() -> list[str]:
    """What the loop says of tasks and generators that nobody looked after."""
    said: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: said.append(str(context)))
    return said


@pytest.fixture(params=["raw", "parsed"])
def reply_path(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways of a call: its bytes are written and read by pydantic, or by botocore."""
    path: str = request.param
    if path == "parsed":
        monkeypatch.setattr(events._Listener, "keep_body", _leave_alone)
        monkeypatch.setattr(body, "_layout", _no_layout)
    return path


def _leave_alone(_self: object, **_: object) -> None:
    """Stand in for the handler that catches the bytes: botocore's dict is then all there is."""


def _no_layout(_: object) -> body.Layout:
    """Stand in for the look at an operation's request: botocore then writes the body."""
    return body.Layout(frozenset(), frozenset())
