"""Rows of the table, tied to botocore's models."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property
from typing import Any, Final, NamedTuple, cast

from botocore.loaders import create_loader
from botocore.model import ListShape, OperationModel, ServiceModel

from itemwise.testing._bodies import CborForm, JsonForm
from itemwise.testing._keys import flat_key, item_key
from itemwise.testing._protocols import RestProtocol, RpcProtocol
from itemwise.testing._request_rules import Checker, checker
from itemwise.testing._served import Key, ServedOperation

__all__ = ["BoundOperation", "BoundService", "Item", "bind", "service"]


_PROTOCOLS: Final = frozenset({"json", "rest-json", "smithy-rpc-v2-cbor"})


class Item(NamedTuple):
    """One item of a call. A named tuple, for one is made per item and it is the cheapest.

    Attributes:
        key: what identifies the item.
        value: the item as the request holds it.
        label: the label of its list.
    """

    key: Key
    value: object
    label: str | None


class BoundService:
    """A service's model and its protocols.

    Args:
        description: botocore's description of the service.
        name: the service's name in botocore.
    """

    def __init__(self, description: Mapping[str, Any], name: str) -> None:
        self.model = ServiceModel(description, name)
        # botocore's shapes do not tell this trait, and with it the status 500.
        self._faults = frozenset(
            name for name, shape in description["shapes"].items() if shape.get("fault")
        )

    @cached_property
    def target(self) -> str | None:
        """The service's name in targets and paths of RPC protocols."""
        return cast("str | None", self.model.metadata.get("targetPrefix"))

    @cached_property
    def protocols(self) -> frozenset[str]:
        """The names of the protocols that the service speaks."""
        one = self.model.metadata.get("protocol", "")
        return frozenset(cast("list[str]", self.model.metadata.get("protocols", [one])))

    @cached_property
    def json(self) -> RpcProtocol:
        """The protocol ``json``."""
        version = self.model.metadata.get("jsonVersion", "1.1")
        return RpcProtocol(JsonForm(), f"application/x-amz-json-{version}", faults=self._faults)

    @cached_property
    def rest(self) -> RestProtocol:
        """The protocol ``rest-json``."""
        return RestProtocol(JsonForm(), "application/json", faults=self._faults)

    @cached_property
    def cbor(self) -> RpcProtocol:
        """The protocol ``smithy-rpc-v2-cbor``; raises `ModuleNotFoundError` without cbor2."""
        headers = {"smithy-protocol": "rpc-v2-cbor"}
        return RpcProtocol(CborForm(), "application/cbor", headers, faults=self._faults)


class BoundOperation:
    """A served operation with its model.

    Args:
        row: the row of the table.

    Raises:
        ValueError: the row names something that the model does not know.
    """

    def __init__(self, row: ServedOperation) -> None:
        self.row = row
        self.service = service(row.service)
        if row.operation not in self.service.model.operation_names:
            raise ValueError(f"{row.service} has no operation {row.operation}")
        self.model: OperationModel = self.service.model.operation_model(row.operation)
        self.one_list = row.successes is not None and row.successes.member == row.failures.member
        self._check_row()

    @property
    def name(self) -> str:
        """The operation's wire name."""
        return self.row.operation

    @cached_property
    def check(self) -> Checker | None:
        """The rules of the request's model."""
        return None if self.model.input_shape is None else checker(self.model.input_shape)

    def items(self, members: Mapping[str, object]) -> list[Item]:
        """List a request's items, through all its lists."""
        items: list[Item] = []
        for source in self.row.items:
            values = cast("list[object]", members.get(source.member) or [])
            label = source.label
            if not source.key and label is None:
                # The commonest case, and a million of them in a large run.
                items += [
                    Item((value,) if isinstance(value, str) else flat_key(value), value, None)
                    for value in values
                ]
            else:
                items += [Item(item_key(source, value), value, label) for value in values]
        return items

    def client_token(self, members: Mapping[str, object]) -> str | None:
        """Return a request's client token, where the operation has one."""
        name = self.row.client_token
        return None if name is None else cast("str | None", members.get(name))

    def _check_row(self) -> None:
        row = self.row
        if not self.service.protocols & _PROTOCOLS:
            spoken = ", ".join(sorted(self.service.protocols))
            raise ValueError(f"{row.service} speaks {spoken}, which LocalAWS does not")
        inputs = self.model.input_shape.members if self.model.input_shape else {}
        outputs = self.model.output_shape.members if self.model.output_shape else {}
        lists = [row.failures, *([row.successes] if row.successes else [])]
        wanted = [
            *((source.member, inputs, True) for source in row.items),
            *((entries.member, outputs, True) for entries in lists),
            *((name, known, False) for name in row.echo for known in (inputs, outputs)),
            *([(row.client_token, inputs, False)] if row.client_token else []),
        ]
        for name, known, is_list in wanted:
            side = "request" if known is inputs else "response"
            if name not in known:
                raise ValueError(f"{row.service} {row.operation}: no member {name} in its {side}")
            if is_list and not isinstance(known[name], ListShape):
                raise ValueError(f"{row.service} {row.operation}: {name} is not a list")


@cache
def service(name: str) -> BoundService:
    """Load a service's model, once per process."""
    # Not by a botocore session: it would read, and stumble over, the user's configuration.
    return BoundService(create_loader().load_service_model(name, "service-2"), name)


@cache
def bind(row: ServedOperation) -> BoundOperation:
    """Tie a row to its model, once per process."""
    return BoundOperation(row)
