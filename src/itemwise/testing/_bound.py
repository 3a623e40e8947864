"""Rows of the table, tied to botocore's models."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property
from typing import Any, Final, NamedTuple, cast

from botocore.loaders import create_loader
from botocore.model import ListShape, OperationModel, ServiceModel
from pydantic import BaseModel

from itemwise.testing._bodies import CborForm, JsonForm
from itemwise.testing._protocols import RestProtocol, RpcProtocol
from itemwise.testing._request_rules import Checker, checker
from itemwise.testing._served import ItemList, Key, ServedOperation

__all__ = ["BoundOperation", "BoundService", "Item", "bind", "service", "value_at"]


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


def item_key(source: ItemList, value: object) -> Key:
    """Make an item's key."""
    if not source.key:
        key = flat_key(value)
    else:
        key = tuple(part for path in source.key for part in flat_key(value_at(value, path)))
    return key if source.label is None else (source.label, *key)


def wire_form(item: object) -> object:
    """Give an item as it travels.

    Args:
        item: a model, or what botocore would be given.

    Raises:
        TypeError: it is neither.
    """
    if isinstance(item, BaseModel):
        return item.model_dump(by_alias=True, exclude_none=True, mode="json")
    if isinstance(item, str | int | float | dict | list):
        return cast("object", item)
    raise TypeError(
        f"a request holds no item like {item!r:.120}: pass a string, a mapping or a model, and "
        "name the list that it stands in by member="
    )


def value_at(value: object, path: str) -> object:
    """Return what stands at a path inside an item; ``None`` where nothing does."""
    for name in path.split(".") if path else ():
        value = cast("Mapping[str, object]", value).get(name) if isinstance(value, dict) else None
    return value


def flat_key(value: object) -> Key:
    """Make a key of any value as it travels: its plain parts, in order."""
    if isinstance(value, str):
        return (value,)
    if value is None:
        return ()
    if isinstance(value, bool):
        return ("true" if value else "false",)
    if isinstance(value, dict):
        fields = cast("dict[str, object]", value)
        return tuple(part for name in sorted(fields) for part in (name, *flat_key(fields[name])))
    if isinstance(value, list):
        return tuple(part for member in cast("list[object]", value) for part in flat_key(member))
    return (str(value),)


@cache
def service(name: str) -> BoundService:
    """Load a service's model, once per process."""
    # Not by a botocore session: it would read, and stumble over, the user's configuration.
    return BoundService(create_loader().load_service_model(name, "service-2"), name)


@cache
def bind(row: ServedOperation) -> BoundOperation:
    """Tie a row to its model, once per process."""
    return BoundOperation(row)
