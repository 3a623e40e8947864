"""Holds an `Operation` against botocore's model of it: facts in, differences out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, TypeGuard, Union, get_args, get_origin

import botocore.session
from annotated_types import BaseMetadata, GroupedMetadata
from botocore import xform_name
from botocore.exceptions import UnknownServiceError
from botocore.model import (
    ListShape,
    MapShape,
    OperationModel,
    ServiceModel,
    Shape,
    StringShape,
    StructureShape,
)
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from itemwise import (
    RequestShape,
    RequestUnion,
    ResponseShape,
    ResponseUnion,
)
from tests.shipped import AnyOperation

Model = type[BaseModel]

SCALARS: Mapping[str, type] = {
    "bigdecimal": float,
    "blob": bytes,
    "boolean": bool,
    "double": float,
    "float": float,
    "integer": int,
    "long": int,
    "short": int,
    "string": str,
    "timestamp": datetime,
}


@cache
def _service(name: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(name)


def differences(path: str, operation: AnyOperation) -> list[str]:
    """Compare an operation with the service model of the installed botocore.

    Args:
        path: the package's and the constant's name, such as ``fms.batch_disassociate_resource``.
        operation: the constant's value.

    Returns:
        A sentence for each difference: which operation, shape and member, and what differs.
    """
    try:
        service = _service(operation.service)
    except UnknownServiceError:
        return [f"{path}: botocore has no service {operation.service!r}"]
    if operation.name not in service.operation_names:
        return [f"{path}: {operation.service} has no operation {operation.name!r}"]
    model = service.operation_model(operation.name)
    return [f"{path}: {difference}" for difference in _compared(path, operation, model)]


def _compared(path: str, operation: AnyOperation, model: OperationModel) -> Iterator[str]:
    yield from _facts(path, operation, model)
    if model.input_shape is None or model.output_shape is None:
        yield "has no input or no output in the model, so that nothing answers item by item"
        return
    yield from _Side(sent=True).structure(operation.request, model.input_shape)
    yield from _Side(sent=False).structure(operation.response, model.output_shape)


def _facts(path: str, operation: AnyOperation, model: OperationModel) -> Iterator[str]:
    constant = f"{operation.service.replace('-', '_')}.{xform_name(operation.name)}"
    if path != constant:
        yield f"its place should be {constant}"
    errors = {shape.error_code for shape in model.error_shapes if isinstance(shape, StructureShape)}
    for code in sorted(operation.item_error_codes - errors):
        yield f"item_error_codes: {code} is no error of the operation"
    members = model.input_shape.members if model.input_shape else {}
    limits: list[int] = []
    if not operation.item_fields:
        yield "item_fields: there are none"
    for name in operation.item_fields:
        field = operation.request.model_fields.get(name)
        if field is None:
            yield f"item_fields: {operation.request.__name__} has no field {name}"
            continue
        shape = members.get(field.alias or name)
        if not isinstance(shape, ListShape):
            yield f"item_fields: {name} is no list in the model"
        elif "max" in shape.metadata:
            limits.append(shape.metadata["max"])
    if limits and operation.max_items != min(limits):
        yield f"max_items is {operation.max_items}, the model's {min(limits)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Declared:
    """A field's type: what is left of its annotation without the wrapping."""

    kind: Any
    """A class, or `Sequence` or `Mapping`, or a union that stands for nothing we know."""
    inner: tuple[Any, ...]
    optional: bool
    open_enum: bool
    metadata: tuple[object, ...]


def _declared(annotation: Any, metadata: Iterable[object] = ()) -> _Declared:
    collected = list(metadata)
    optional = open_enum = False
    while True:
        origin, arguments = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            annotation = arguments[0]
            collected.extend(arguments[1:])
        elif origin in {Union, UnionType}:
            rest = [argument for argument in arguments if argument is not NoneType]
            optional |= len(rest) < len(arguments)
            if len(rest) == 2 and _is_enum(rest[0]) and rest[1] is str:
                open_enum = True
                del rest[1]
            if len(rest) > 1:
                return _Declared(
                    kind=annotation,
                    inner=(),
                    optional=optional,
                    open_enum=False,
                    metadata=tuple(collected),
                )
            annotation = rest[0]
        else:
            return _Declared(
                kind=origin or annotation,
                inner=arguments,
                optional=optional,
                open_enum=open_enum,
                metadata=tuple(collected),
            )


def _is_enum(kind: Any) -> TypeGuard[type[StrEnum]]:
    return isinstance(kind, type) and issubclass(kind, StrEnum)


def _is_model(kind: Any) -> TypeGuard[Model]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _named(kind: Any) -> str:
    return str(getattr(kind, "__name__", kind))


class _Side:
    """One direction: what is sent, or what is received."""

    def __init__(self, *, sent: bool) -> None:
        self.sent = sent
        self._seen: set[tuple[Any, str]] = set()
        self._structure = RequestShape if sent else ResponseShape
        self._union = RequestUnion if sent else ResponseUnion

    def structure(self, model: Model, shape: StructureShape) -> Iterator[str]:
        if (model, shape.name) in self._seen:
            return
        self._seen.add((model, shape.name))
        where = f"{model.__name__} ({shape.name})"
        yield from (f"{where}: {difference}" for difference in self._class(model, shape))
        wires = {field.alias or name: name for name, field in model.model_fields.items()}
        for wire in shape.members:
            if wire not in wires:
                yield f"{where}.{wire}: the model's member is missing"
        for wire, name in wires.items():
            member = shape.members.get(wire)
            if member is None:
                yield f"{where}.{name}: the model has no member {wire}"
                continue
            if name.rstrip("_") != xform_name(wire):
                yield f"{where}.{name}: should be named {xform_name(wire)}"
            required = self.sent and wire in shape.required_members
            field = model.model_fields[name]
            declared = _declared(field.annotation, field.metadata)
            if field.is_required() != required:
                yield f"{where}.{name}: is {'not ' * required}required, unlike in the model"
            # A list that is not sent is an empty tuple or None, one that is not received is empty.
            empty = not self.sent and declared.kind is Sequence
            if not required and not empty and not declared.optional:
                yield f"{where}.{name}: cannot be None"
            if required and field.is_required() and declared.optional:
                yield f"{where}.{name}: can be None, and is required"
            yield from self._typed(f"{where}.{name}", declared, member)
            if not self.sent:
                yield from _lenient(f"{where}.{name}", model, wire, member)

    def _class(self, model: Model, shape: StructureShape) -> Iterator[str]:
        base = self._union if shape.is_tagged_union else self._structure
        if not issubclass(model, base):
            yield f"is no {base.__name__}"
        if not shape.is_tagged_union and issubclass(model, self._union):
            yield "is a union, and the model's is none"
        if not model.model_config.get("frozen"):
            yield "is not frozen"
        extra = "forbid" if self.sent else "allow"
        if model.model_config.get("extra") != extra:
            yield f"does not {extra} unknown fields"

    def _typed(self, where: str, declared: _Declared, shape: Shape) -> Iterator[str]:
        yield from self._constraints(where, declared, shape)
        if isinstance(shape, StructureShape):
            if _is_model(declared.kind):
                yield from self.structure(declared.kind, shape)
            else:
                yield f"{where}: is {_named(declared.kind)}, the model's a structure {shape.name}"
        elif isinstance(shape, ListShape):
            if declared.kind is not Sequence:
                yield f"{where}: is {_named(declared.kind)}, the model's a list {shape.name}"
                return
            yield from self._typed(f"{where}[]", _declared(declared.inner[0]), shape.member)
        elif isinstance(shape, MapShape):
            if declared.kind is not Mapping:
                yield f"{where}: is {_named(declared.kind)}, the model's a map {shape.name}"
                return
            key, value = map(_declared, declared.inner)
            yield from self._typed(f"{where}{{key}}", key, shape.key)
            yield from self._typed(f"{where}{{value}}", value, shape.value)
        elif isinstance(shape, StringShape) and shape.enum:
            yield from self._enum(where, declared, shape)
        elif SCALARS.get(shape.type_name) is not declared.kind:
            yield f"{where}: is {_named(declared.kind)}, the model's a {shape.type_name}"

    def _enum(self, where: str, declared: _Declared, shape: StringShape) -> Iterator[str]:
        enum = declared.kind
        if not _is_enum(enum):
            yield f"{where}: is {_named(enum)}, the model's an enum {shape.name}"
            return
        if not self.sent and not declared.open_enum:
            yield f"{where}: takes no unknown value, and the service can learn some"
        ours = {member.value for member in enum}
        theirs = set(shape.enum)
        for value in sorted(theirs - ours):
            yield f"{where}: {enum.__name__} lacks the model's value {value}"
        for value in sorted(ours - theirs):
            yield f"{where}: {enum.__name__} has {value}, which the model has not"

    def _constraints(self, where: str, declared: _Declared, shape: Shape) -> Iterator[str]:
        bounds = _bounds(declared.metadata)
        if not isinstance(shape, StringShape) or shape.enum or not self.sent:
            if bounds:
                yield f"{where}: has the constraint {bounds}"
            return
        ours = bounds.pop("min_length", 0), bounds.pop("max_length", None)
        theirs = shape.metadata.get("min", 0), shape.metadata.get("max")
        if ours != theirs:
            yield f"{where}: has {ours} as least and most characters, the model's {theirs}"
        if bounds:
            yield f"{where}: has the constraint {bounds}"


def _bounds(metadata: Iterable[object]) -> dict[str, object]:
    found: dict[str, object] = {}
    for constraint in metadata:
        if isinstance(constraint, FieldInfo):
            found |= _bounds(constraint.metadata)
        elif isinstance(constraint, BaseMetadata | GroupedMetadata):
            # A dataclass is a public constraint, anything else pydantic's own note of a Field.
            names = getattr(constraint, "__dataclass_fields__", None) or vars(constraint)
            found |= {name: getattr(constraint, name) for name in names}
    found.pop("union_mode", None)
    if not found.get("min_length"):
        found.pop("min_length", None)
    return {name: value for name, value in found.items() if value is not None}


def _lenient(where: str, model: Model, wire: str, shape: Shape) -> Iterator[str]:
    """Read what services send: null for any member, and of an enum every known value and others."""
    probes: list[object] = [None]
    if isinstance(shape, StringShape):
        probes += [*shape.enum, "", "never-heard-of"]
    for probe in probes:
        try:
            read = model.model_validate({wire: probe})
        except ValidationError as error:
            yield f"{where}: does not take {probe!r}: {error.errors()[0]['msg']}"
            continue
        value = read.model_dump(by_alias=True)[wire]
        known = isinstance(shape, StringShape) and probe in shape.enum
        if isinstance(shape, ListShape) and value != ():
            yield f"{where}: reads {value!r} from {probe!r}, and not an empty list"
        elif known and not isinstance(value, StrEnum):
            yield f"{where}: reads a plain string from {probe!r}"
        elif not isinstance(shape, ListShape) and value != probe:
            yield f"{where}: reads {value!r} from {probe!r}"
