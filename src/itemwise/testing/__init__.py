"""AWS on the loopback interface, for tests of code that uses itemwise or aiobotocore.

`LocalAWS` serves batch operations over HTTP after botocore's own models, keeps a `Ledger` of what
was applied, and fails on demand: each fault is a small value that `LocalAWS.inject` puts into
force.

```python
from itemwise.testing import FailItems, LocalAWS

async with LocalAWS() as aws, aws.client("fms") as client:
    aws.inject(FailItems(items="arn:aws:ec2:eu-west-1:1:vpc/bad", code="NOT_VALID_ARN"))
```

It needs the extra ``itemwise[testing]``.
"""

from itemwise.testing._audit import assert_accounted
from itemwise.testing._call_faults import (
    Delay,
    Drop,
    FailCalls,
    Garbage,
    LowerLimit,
    RateLimit,
    Throttle,
)
from itemwise.testing._clients import LocalClients
from itemwise.testing._faults import (
    CallFault,
    DropPoint,
    Fault,
    GarbageKind,
    ItemFault,
    Items,
    ThrottleStyle,
)
from itemwise.testing._item_faults import (
    ContradictItems,
    ExtraFailures,
    FailItems,
    ForgetItems,
    PoisonItems,
    RenameItems,
)
from itemwise.testing._ledger import Ledger, ServedCall
from itemwise.testing._local_aws import LocalAWS, LocalClientArguments
from itemwise.testing._script import InjectedFault
from itemwise.testing._served import EntryList, ItemList, Key, ServedOperation
from itemwise.testing._table import SERVED_OPERATIONS

__all__ = [  # noqa: RUF022 - as `sorted` has it: the rule would put constants first
    "CallFault",
    "ContradictItems",
    "Delay",
    "Drop",
    "DropPoint",
    "EntryList",
    "ExtraFailures",
    "FailCalls",
    "FailItems",
    "Fault",
    "ForgetItems",
    "Garbage",
    "GarbageKind",
    "InjectedFault",
    "ItemFault",
    "ItemList",
    "Items",
    "Key",
    "Ledger",
    "LocalAWS",
    "LocalClientArguments",
    "LocalClients",
    "LowerLimit",
    "PoisonItems",
    "RateLimit",
    "RenameItems",
    "SERVED_OPERATIONS",
    "ServedCall",
    "ServedOperation",
    "Throttle",
    "ThrottleStyle",
    "assert_accounted",
]
