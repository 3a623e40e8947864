"""The pydantic base of every model: all model configuration, and wire names, once."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Self, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    PrivateAttr,
    StringConstraints,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError, core_schema

__all__ = [
    "OPEN_ENUM",
    "Request",
    "RequestList",
    "RequestShape",
    "RequestUnion",
    "Response",
    "ResponseList",
    "ResponseShape",
    "ResponseUnion",
    "Timestamp",
    "length",
    "put_request_id",
    "wire",
]

T = TypeVar("T")

UNKNOWN_MEMBER = "SDK_UNKNOWN_MEMBER"
"""Where botocore keeps the tag of a union member that its model does not know."""


def wire(name: str) -> FieldInfo:
    """Give a field its wire name, inside ``Annotated``.

    Only there: as a field's default value it would rename the constructor's argument for type
    checkers, which know nothing of `populate_by_name`.

    Args:
        name: the member's name as AWS spells it.
    """
    # Pydantic declares Field as Any, so that it can stand as any field's default.
    info: FieldInfo = Field(alias=name)
    return info


def length(minimum: int = 0, maximum: int | None = None) -> StringConstraints:
    """Bound a sent string, inside ``Annotated``.

    Args:
        minimum: fewest characters.
        maximum: most characters; ``None`` for no bound.
    """
    return StringConstraints(min_length=minimum, max_length=maximum)


OPEN_ENUM = Field(union_mode="left_to_right")
"""For ``SomeEnum | str``: a known value becomes the member, an unknown one stays a ``str``."""


class _AsTuple:
    """Read a list, or another iterable of items, into a tuple: a frozen model really is frozen."""

    def __init__(self, *, null_is_empty: bool) -> None:
        self._null_is_empty = null_is_empty

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        (item,) = get_args(source)
        schema = core_schema.tuple_variable_schema(handler.generate_schema(item))
        if not self._null_is_empty:
            return core_schema.no_info_before_validator_function(_listed, schema)
        # After, not before: for a function that sees it before, pydantic would first make the whole
        # list of the JSON, and then validate that.
        nullable = core_schema.nullable_schema(schema)
        return core_schema.no_info_after_validator_function(_empty_if_null, nullable)


def _listed(value: object) -> object:
    # pydantic would say that it wants a tuple, which nobody needs to write.
    if not _is_listed(value):
        is_async = isinstance(value, AsyncIterable)
        hint = "pass them to stream_batch" if is_async else "put a single item into a list"
        raise PydanticCustomError(
            "list_of_items",
            "Input should be a list of items, not {kind}: {hint}",
            {"kind": type(value).__name__, "hint": hint},
        )
    return value


def _is_listed(value: object) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping)


def _empty_if_null(value: object) -> object:
    return () if value is None else value


RequestList = Annotated[Sequence[T], _AsTuple(null_is_empty=False)]
"""A list in a request. Its length is the engine's business, so no limit is checked here."""

ResponseList = Annotated[Sequence[T], _AsTuple(null_is_empty=True)]
"""A list in a response: services send ``null`` for an empty one, and botocore reads it so."""


def _instant(value: object) -> object:
    # Epoch seconds and ISO 8601 are pydantic's own; the HTTP date is the third form on the wire.
    if isinstance(value, str) and value[:1].isalpha():
        # Few services send it, and every import of a model would wait for this one.
        from email.utils import parsedate_to_datetime  # noqa: PLC0415

        try:
            return parsedate_to_datetime(value)
        except (ValueError, OverflowError):
            return value
    return value


def _in_utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class _AwareFirst:
    """Read what says its offset, as nearly all do, without a step through Python."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.union_schema(
            [core_schema.datetime_schema(tz_constraint="aware"), handler(source)],
            mode="left_to_right",
            # One error, and not one for each branch of the union.
            custom_error_type="datetime_type",
        )


Timestamp = Annotated[datetime, BeforeValidator(_instant), AfterValidator(_in_utc), _AwareFirst()]
"""A point in time, in any of the three forms in which AWS services send one; UTC where none is
said, so that any two can be compared."""


class _Shape(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        # Both the Python name and the wire name are accepted.
        populate_by_name=True,
        # An error names the field as the caller wrote it.
        loc_by_alias=False,
        # A validator is compiled when the model is first used, not when its module is imported.
        defer_build=True,
        # AWS has members such as ModelName: no name is reserved.
        protected_namespaces=(),
        # A blob need not be text. What was written is read again.
        ser_json_bytes="base64",
        val_json_bytes="base64",
        # A number is seconds since 1970, however large. pydantic would guess milliseconds.
        val_temporal_unit="seconds",
    )


class RequestShape(_Shape):
    """A structure that is sent: unknown fields are refused, lengths are checked."""

    model_config = ConfigDict(extra="forbid")


class Request(RequestShape):
    """The typed message of one operation, with any number of items."""


class RequestUnion(RequestShape):
    """A tagged union that is sent: exactly one member is set."""

    @model_validator(mode="after")
    def _exactly_one_member(self) -> Self:
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            raise PydanticCustomError(
                "union_arity",
                "exactly one of {members} must be set, and {given} are",
                {
                    "members": ", ".join(type(self).model_fields),
                    "given": ", ".join(given) or "none",
                },
            )
        return self


class ResponseShape(_Shape):
    """A structure that is received: nothing is required, unknown members are kept."""

    model_config = ConfigDict(
        extra="allow",
        # A traceback shows pydantic's error as a cause, and what a service sends can be secret.
        hide_input_in_errors=True,
    )


class Response(ResponseShape):
    """The typed answer of one call."""

    _request_id: str | None = PrivateAttr(default=None)

    @property
    def request_id(self) -> str | None:
        """The service's id of the request, for support cases; ``None`` if it sent none."""
        return self._request_id


def put_request_id(response: Response, request_id: str | None) -> None:
    """Put the id of its request on a response that was just read."""
    response._request_id = request_id  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - ours


class ResponseUnion(ResponseShape):
    """A tagged union that is received: a member that the model does not know is kept by name."""

    @model_validator(mode="after")
    def _name_unknown_member(self) -> Self:
        # botocore replaces an unknown member by its name, raw JSON still has it: one form for both.
        extra = self.__pydantic_extra__
        if extra and UNKNOWN_MEMBER not in extra:
            # As botocore does: a type tag is no member, and null is an absent one.
            names = [name for name, value in extra.items() if value is not None]
            unknown = [name for name in names if name != "__type"]
            extra.clear()
            if unknown:
                extra[UNKNOWN_MEMBER] = {"name": unknown[0]}
        return self

    @property
    def unknown_member(self) -> str | None:
        """The wire name of the member that is set, where the model does not know it."""
        unknown: object = (self.model_extra or {}).get(UNKNOWN_MEMBER)
        match unknown:
            case {"name": str(name)}:
                return name
            case _:
                return None
