"""What itemwise raises.

```text
ItemwiseError
├── ConfigurationError      the client or the installed botocore cannot serve the operation
├── CallError               one call did not bring a usable answer
│   ├── ThrottledError      the service asked to slow down
│   ├── TransientError      may pass by itself: a server fault, a lost answer, no connection
│   ├── RejectedError       will not pass: the service refused the request
│   └── ResponseError       an answer came, and it cannot be trusted
└── BatchError              raised by `BatchResult.raise_for_failures` alone
```

A request that does not fit its model is pydantic's own ``ValidationError``, raised before anything
is sent; a stream, which sees an item when it reads it, raises it after what it has read has its
outcome. A nonsensical argument is a ``ValueError`` or a ``TypeError``, and so is an operation whose
functions contradict each other.
"""

from itemwise._errors import (
    CallError,
    ConfigurationError,
    Delivery,
    ItemwiseError,
    RejectedError,
    ResponseError,
    ThrottledError,
    TransientError,
)
from itemwise.results import BatchError

__all__ = [
    "BatchError",
    "CallError",
    "ConfigurationError",
    "Delivery",
    "ItemwiseError",
    "RejectedError",
    "ResponseError",
    "ThrottledError",
    "TransientError",
]
