"""Pure: whether an error code asks to slow down.

Apart from `_botocore.classify`: who only reads a result is not to wait until a client is imported.
"""

from __future__ import annotations

import re

__all__ = ["is_throttling"]

_BY_NAME = re.compile(
    r"throttl(ed|ing)|throttle(exception|fault)?$"
    r"|^(429|bandwidthlimitexceeded|priorrequestnotcomplete|provisionedthroughputexceeded"
    r"|requestlimitexceeded|slowdown|toomanyrequests?)(exception|error)?$"
)
"""botocore's list for its ``standard`` mode, less ``LimitExceededException`` (a quota to many
services; where it is a throttle it comes with status 429) and less
``TransactionInProgressException`` (a fault of one item). That is a list for whole calls: entries
spell the same in other ways, such as ``THROTTLED``, ``ThrottlingError``, ``REQUEST_THROTTLED``."""


def is_throttling(code: str | None) -> bool:
    """Tell whether an error code, of a call or of an entry, asks to slow down.

    Some services put an HTTP status where others put a name: ``"429"`` is one of the codes.
    """
    return code is not None and _BY_NAME.search(re.sub("[-_]", "", code).lower()) is not None
