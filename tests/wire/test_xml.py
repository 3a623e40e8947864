"""An operation of one's own that speaks XML, which botocore parses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Annotated, Final

import pytest
from aiohttp import web

from itemwise import (
    Operation,
    Request,
    RequestList,
    Response,
    ResponseList,
    ResponseShape,
    Verdict,
    by_value,
    open_client,
    run_batch,
    wire,
)
from itemwise.testing import LocalAWS
from tests.wire.servers import serving


class DeleteVpcEndpointsRequest(Request):
    vpc_endpoint_ids: Annotated[RequestList[str], wire("VpcEndpointIds")]


class Unsuccessful(ResponseShape):
    resource_id: Annotated[str | None, wire("ResourceId")] = None


class DeleteVpcEndpointsResponse(Response):
    unsuccessful: Annotated[ResponseList[Unsuccessful], wire("Unsuccessful")] = ()


def with_items(
    request: DeleteVpcEndpointsRequest, items: Sequence[str]
) -> DeleteVpcEndpointsRequest:
    return request.model_copy(update={"vpc_endpoint_ids": tuple(items)})


def verdicts(response: DeleteVpcEndpointsResponse) -> Iterable[Verdict[Unsuccessful]]:
    for entry in response.unsuccessful:
        yield Verdict(key=(str(entry.resource_id),), failed=True, entry=entry)


OPERATION: Final[
    Operation[DeleteVpcEndpointsRequest, DeleteVpcEndpointsResponse, str, Unsuccessful]
] = Operation(
    service="ec2",
    name="DeleteVpcEndpoints",
    request=DeleteVpcEndpointsRequest,
    response=DeleteVpcEndpointsResponse,
    max_items=25,
    items=attrgetter("vpc_endpoint_ids"),
    with_items=with_items,
    key=by_value,
    verdicts=verdicts,
    silence_is_success=True,
    idempotent=True,
    item_fields=("vpc_endpoint_ids",),
)

FAILURE = (
    '<DeleteVpcEndpointsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">'
    "<unsuccessful><item><resourceId>b</resourceId></item></unsuccessful>"
    "</DeleteVpcEndpointsResponse>"
)


@pytest.mark.parametrize(
    ("body", "statuses"),
    [
        (FAILURE, ["succeeded", "failed"]),
        ("<DeleteVpcEndpointsResponse/>", ["succeeded", "succeeded"]),
        ("<html><body>Please log in</body></html>", ["unknown", "unknown"]),
        ("", ["unknown", "unknown"]),
    ],
)
async def test_a_proxys_page_is_no_success(aws: LocalAWS, body: str, statuses: list[str]) -> None:
    async def answer(_: web.BaseRequest) -> web.Response:
        return web.Response(text=body, content_type="text/xml")

    async with serving(answer) as endpoint:
        arguments = aws.client_arguments
        arguments["endpoint_url"] = endpoint
        async with open_client("ec2", **arguments) as client:
            request = DeleteVpcEndpointsRequest(vpc_endpoint_ids=["a", "b"])
            result = await run_batch(client, OPERATION, request, retry=None)

    assert [outcome.status for outcome in result.outcomes] == statuses
