"""Requests that are written by hand, as no client would write them."""

from __future__ import annotations

import io
from collections.abc import Mapping

import aiohttp
from yarl import URL

from itemwise.testing import LocalAWS
from itemwise.testing._wire import WireReply

SIGNED = "AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/{}/aws4_request, Signature=0"


async def send(
    aws: LocalAWS, headers: Mapping[str, str], body: bytes, path: str = "/", method: str = "POST"
) -> WireReply:
    url = URL(aws.endpoint_url + path, encoded=True)
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, url, data=io.BytesIO(body), headers=headers) as answer,
    ):
        return WireReply(
            status=answer.status,
            headers={name.lower(): value for name, value in answer.headers.items()},
            body=await answer.read(),
        )
