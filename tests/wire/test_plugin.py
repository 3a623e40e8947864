"""The pytest plugin in suites of its own, and the assertion that audits a result."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from aiobotocore.client import AioBaseClient
from aiobotocore.config import AioConfig

from itemwise import (
    BatchResult,
    Delivery,
    Failed,
    NotAttempted,
    NotAttemptedReason,
    RetryPolicy,
    Succeeded,
    TransientError,
    Unknown,
    run_batch,
)
from itemwise.testing import (
    ContradictItems,
    Delay,
    Drop,
    FailCalls,
    FailItems,
    Garbage,
    LocalAWS,
    Throttle,
    assert_accounted,
)
from tests.wire.cases import CASES, FMS, LISTING, AnyResult, Case, case_id

pytest_plugins = ("pytester",)

SETTINGS = "[pytest]\nasyncio_default_fixture_loop_scope = function\n"
SUITE = """
import pytest
from itemwise import run_batch
from itemwise.services.fms import BatchDisassociateResourceRequest, batch_disassociate_resource
from itemwise.testing import Drop, LocalAWS, LocalClients, assert_accounted

async def off_board(local_aws, local_aws_client):
    client = await local_aws_client("fms")
    request = BatchDisassociateResourceRequest(resource_set_identifier="rs", items=["arn:1"])
    result = await run_batch(client, batch_disassociate_resource, request)
    assert_accounted(result, local_aws, request=request)
    assert local_aws.ledger.applied() == {("arn:1",): 1}
"""


def ran(pytester: pytest.Pytester, source: str, *arguments: str) -> pytest.RunResult:
    pytester.makeini(SETTINGS)
    pytester.makepyfile(source)
    # A process of its own: what it imports is part of the question.
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", *arguments, timeout=50)


def test_a_suite_that_does_not_use_the_plugin_loads_nothing_of_it(
    pytester: pytest.Pytester,
) -> None:
    result = ran(
        pytester,
        """
        import sys

        def test_nothing_is_loaded(pytestconfig):
            assert pytestconfig.pluginmanager.hasplugin("itemwise")
            heavy = {"aiobotocore", "aiohttp", "botocore", "cbor2", "itemwise", "pydantic"}
            assert not heavy & sys.modules.keys()
        """,
    )

    result.assert_outcomes(passed=1)


def test_a_test_has_a_server_and_clients_in_its_loop_whichever_that_is(
    pytester: pytest.Pytester,
) -> None:
    result = ran(
        pytester,
        SUITE
        + """
@pytest.mark.asyncio
async def test_in_its_own(local_aws, local_aws_client):
    assert isinstance(local_aws, LocalAWS)
    assert isinstance(local_aws_client, LocalClients)
    await off_board(local_aws, local_aws_client)

@pytest.mark.asyncio(loop_scope="module")
async def test_in_that_of_the_module(local_aws, local_aws_client):
    await off_board(local_aws, local_aws_client)

class TestInThat:
    @pytest.mark.asyncio(loop_scope="class")
    async def test_of_the_class(self, local_aws, local_aws_client):
        await off_board(local_aws, local_aws_client)
""",
    )

    result.assert_outcomes(passed=3)


def test_it_works_in_auto_mode_and_in_a_loop_of_the_session(pytester: pytest.Pytester) -> None:
    result = ran(
        pytester,
        SUITE
        + """
async def test_one(local_aws, local_aws_client):
    await off_board(local_aws, local_aws_client)

async def test_another(local_aws, local_aws_client):
    await off_board(local_aws, local_aws_client)
""",
        "-o",
        "asyncio_mode=auto",
        "-o",
        "asyncio_default_test_loop_scope=session",
    )

    result.assert_outcomes(passed=2)


def test_clients_are_closed_at_the_end_of_the_test(pytester: pytest.Pytester) -> None:
    result = ran(
        pytester,
        SUITE
        + """
KEPT = []

@pytest.mark.asyncio
async def test_one(local_aws, local_aws_client):
    KEPT.append(await local_aws_client("fms"))

@pytest.mark.asyncio
async def test_another():
    request = BatchDisassociateResourceRequest(resource_set_identifier="rs", items=["arn:1"])
    result = await run_batch(KEPT[0], batch_disassociate_resource, request, retry=None)
    assert result.error.code == "ClientClosed"
""",
    )

    result.assert_outcomes(passed=2)


def test_without_pytest_asyncio_the_error_says_what_to_install(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_one(local_aws): pass")

    result = pytester.runpytest_subprocess("-p", "no:asyncio", timeout=50)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines("*pytest-asyncio*pip install itemwise?testing?*")


def test_a_test_without_a_loop_is_told_that_it_needs_one(pytester: pytest.Pytester) -> None:
    result = ran(pytester, "def test_one(local_aws): pass")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines("*make it an `async def`*")


def test_a_test_that_anyio_runs_is_told_what_to_use(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        "import sys, types\n"
        "def pytest_configure(config):\n"
        "    config.addinivalue_line('markers', 'anyio: run by anyio')\n"
        "    config.pluginmanager.register(types.ModuleType('anyio_plugin'), 'anyio')\n"
    )
    result = ran(
        pytester,
        "import pytest\n"
        "@pytest.mark.anyio\n"
        "@pytest.mark.asyncio\n"
        "async def test_one(local_aws): pass",
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*async with LocalAWS() as aws*"])


async def test_a_server_of_a_loop_that_stands_still_is_refused_by_name() -> None:
    aws, other = LocalAWS(), asyncio.new_event_loop()
    await asyncio.to_thread(other.run_until_complete, aws.start())
    try:
        with pytest.raises(RuntimeError, match="another event loop, which stands still"):
            aws.client("fms")
        with pytest.raises(RuntimeError, match="in the loop of its clients"):
            _ = aws.client_arguments
    finally:
        await asyncio.to_thread(other.run_until_complete, aws.stop())
        other.close()


@pytest.mark.parametrize("case", CASES, ids=case_id)
@pytest.mark.parametrize(
    "faults",
    [
        (Drop(when="after", probability=0.5),),
        (Throttle(probability=0.3), FailCalls(status=500, apply=True, probability=0.3)),
        (Garbage(kind="text", probability=0.4),),
        (FailItems(items=lambda key: key[-1].endswith("3")), Drop(when="midway", times=2)),
    ],
    ids=["drop", "throttle and 500", "garbage", "items and a cut"],
)
async def test_an_honest_result_passes_whatever_broke(
    case: Case, client: AioBaseClient, aws: LocalAWS, faults: tuple[Drop, ...], fast: RetryPolicy
) -> None:
    for fault in faults:
        aws.inject(fault)
    request = case.request(60)

    result: AnyResult = await run_batch(
        client, case.operation, request, chunk_size=5, concurrency=3, retry=fast
    )

    assert_accounted(result, aws, request=request)


async def test_an_answer_that_came_too_late_excuses_a_repeat(
    aws: LocalAWS, fast: RetryPolicy
) -> None:
    request = FMS.request(3)
    aws.inject(Delay(seconds=0.4, times=1))

    async with aws.client("fms", config=AioConfig(read_timeout=0.2)) as impatient:
        result: AnyResult = await run_batch(impatient, FMS.operation, request, retry=fast)
    while aws.ledger.call_count() < 2:  # noqa: ASYNC110 - the server has no event for it
        await asyncio.sleep(0.01)

    assert set(aws.ledger.applied().values()) == {2}
    assert_accounted(result, aws, request=request)


@pytest.mark.parametrize("case", LISTING, ids=case_id)
async def test_a_contradiction_of_the_server_is_not_held_against_the_result(
    case: Case, client: AioBaseClient, aws: LocalAWS
) -> None:
    aws.inject(ContradictItems(items=case.keys(1)))
    request = case.request(3)

    result: AnyResult = await run_batch(client, case.operation, request)

    assert result.failed[0].index == 1
    assert_accounted(result, aws, request=request)


@pytest.fixture
def case() -> Case:
    """FMS, unless a test says otherwise: what is audited does not depend on the operation."""
    return FMS


@pytest.fixture
async def honest(client: AioBaseClient, aws: LocalAWS) -> AnyResult:
    """The result of four items; the last one is refused."""
    aws.inject(FailItems(items=FMS.item(3)))
    return await run_batch(client, FMS.operation, FMS.request(4))


def with_outcome(result: AnyResult, outcome: object) -> BatchResult[str, object]:
    outcomes = list(result.outcomes)
    index: int = getattr(outcome, "index")  # noqa: B009 - any outcome
    outcomes[index] = outcome  # type: ignore[call-overload]  # any outcome
    return replace(result, outcomes=tuple(outcomes))


DOUBT = TransientError(
    "no answer",
    operation=FMS.name,
    code="ReadTimeoutError",
    delivery=Delivery.IN_DOUBT,
)


async def test_success_without_application_is_found(honest: AnyResult, aws: LocalAWS) -> None:
    told = with_outcome(honest, Succeeded(index=3, item=FMS.item(3)))

    with pytest.raises(AssertionError, match=r"1 of 4 .*\n.*item 3, .*vpc-3.*never applied"):
        assert_accounted(told, aws)


async def test_application_without_attempt_is_found(honest: AnyResult, aws: LocalAWS) -> None:
    reason = NotAttemptedReason.DEADLINE
    told = with_outcome(honest, NotAttempted(index=0, item=FMS.item(0), reason=reason))

    with pytest.raises(AssertionError, match=r"item 0, .*NotAttempted \(deadline\), and was app"):
        assert_accounted(told, aws)


async def test_a_failure_that_was_applied_needs_a_doubt(honest: AnyResult, aws: LocalAWS) -> None:
    failed: Failed[str, object]
    failed = Failed(index=1, item=FMS.item(1), code="CODE", message=None)

    with pytest.raises(AssertionError, match=r"item 1, .*Failed \(CODE\), and was applied"):
        assert_accounted(with_outcome(honest, failed), aws)

    assert_accounted(with_outcome(honest, replace(failed, error=DOUBT)), aws)


async def test_unknown_passes_applied_or_not(honest: AnyResult, aws: LocalAWS) -> None:
    for index in (0, 3):
        told = with_outcome(honest, Unknown(index=index, item=FMS.item(index), error=DOUBT))

        assert_accounted(told, aws)


async def test_an_item_that_was_applied_twice_without_need_is_found(
    honest: AnyResult, client: AioBaseClient, aws: LocalAWS
) -> None:
    # A second run over the same items.
    await run_batch(client, FMS.operation, FMS.request(2))

    with pytest.raises(AssertionError, match=r"2 of 4 .*\n.*item 0, .*applied 2 times"):
        assert_accounted(honest, aws)


async def test_an_answer_that_came_after_the_client_had_repeated_the_call_went_unheard(
    honest: AnyResult, aws: LocalAWS
) -> None:
    (answered,) = aws.ledger.calls
    # It came first, and took until after the client, which repeats by itself, had given it up.
    aws.ledger.record(replace(answered, started=answered.started - 1))

    assert_accounted(honest, aws)


async def test_a_lost_and_a_doubled_item_are_found(honest: AnyResult, aws: LocalAWS) -> None:
    lost = replace(honest, outcomes=honest.outcomes[:3])
    doubled = replace(honest, outcomes=(*honest.outcomes, honest.outcomes[2]))
    gap = replace(honest, outcomes=(honest.outcomes[0], *honest.outcomes[2:]))

    with pytest.raises(AssertionError, match=r"item 3, .*: has no outcome"):
        assert_accounted(lost, aws, request=FMS.request(4))
    with pytest.raises(AssertionError, match=r"item 2: has 2 outcomes"):
        assert_accounted(doubled, aws)
    with pytest.raises(AssertionError, match=r"item 1: has no outcome"):
        assert_accounted(gap, aws)


async def test_outcomes_of_other_items_are_found(honest: AnyResult, aws: LocalAWS) -> None:
    with pytest.raises(AssertionError, match=r"item 2, .*is not in the request"):
        assert_accounted(honest, aws, request=FMS.request(2))
    with pytest.raises(AssertionError, match=r"item 0, .*vpc-7.*its outcome is that of .*vpc-0"):
        assert_accounted(honest, aws, request=FMS.make(FMS.items([7, 1, 2, 3])))


async def test_the_message_names_the_first_few_and_counts_the_rest(
    client: AioBaseClient, aws: LocalAWS
) -> None:
    result: AnyResult = await run_batch(client, FMS.operation, FMS.request(20))
    aws.ledger.reset()

    with pytest.raises(AssertionError, match=r"20 of 20 items .*") as caught:
        assert_accounted(result, aws)

    assert str(caught.value).count("\n") == 6
    assert str(caught.value).endswith("and 15 more")


async def test_an_item_can_be_given_its_ledger_key(honest: AnyResult, aws: LocalAWS) -> None:
    assert_accounted(honest, aws, key=FMS.key)
    with pytest.raises(AssertionError, match="3 of 4"):
        assert_accounted(honest, aws, key=lambda _: ("another",))
