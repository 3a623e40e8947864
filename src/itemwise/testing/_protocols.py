"""The protocols, seen from the server: requests in, answers and errors out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import cast
from urllib.parse import parse_qs

from botocore.model import OperationModel, Shape, StructureShape

from itemwise.testing._shapes import BodyForm
from itemwise.testing._texts import (
    read_header,
    read_prefixed,
    read_query,
    read_text,
    write_text,
)
from itemwise.testing._wire import ServiceError, WireReply, WireRequest

__all__ = ["RestProtocol", "RpcProtocol", "WireProtocol"]


class WireProtocol(ABC):
    """One protocol of one service.

    Args:
        form: the encoding of bodies.
        content_type: the ``Content-Type`` of answers.
        headers: further headers of every answer.
        faults: names of errors that are the server's fault.
    """

    def __init__(
        self,
        form: BodyForm,
        content_type: str,
        headers: Mapping[str, str] | None = None,
        *,
        faults: frozenset[str] = frozenset(),
    ) -> None:
        self._faults = faults
        self.form = form
        self._headers = {"Content-Type": content_type, **(headers or {})}

    @abstractmethod
    def read(
        self, model: OperationModel, request: WireRequest, labels: Mapping[str, str]
    ) -> dict[str, object]:
        """Read a request's members.

        Args:
            model: the operation.
            request: the request.
            labels: the values of the labels in its path, decoded.

        Raises:
            MalformedRequestError: the request does not follow the protocol.
        """

    @abstractmethod
    def reply(self, model: OperationModel, members: Mapping[str, object]) -> WireReply:
        """Write a successful answer."""

    @abstractmethod
    def error(self, model: OperationModel | None, error: ServiceError) -> WireReply:
        """Write an error.

        Args:
            model: the operation, where the request told it.
            error: the error. What its model requires beyond the message is filled in.
        """

    def plain(self, body: bytes) -> WireReply:
        """Wrap a body that no model describes into a successful answer."""
        return WireReply(status=200, headers=dict(self._headers), body=body)

    def _error_reply(
        self, model: OperationModel | None, error: ServiceError, *, type_member: bool
    ) -> WireReply:
        headers = dict(self._headers)
        if error.retry_after is not None:
            headers["Retry-After"] = f"{error.retry_after:g}"
        shape = _error_shape(model, error.code)
        status = error.status or self._modelled_status(shape)
        if error.code is None:
            del headers["Content-Type"]
            return WireReply(status=status, headers=headers)
        body: dict[str, object] = {"__type": error.code} if type_member else {}
        if shape is None:
            body["message"] = error.message
        else:
            body |= cast("dict[str, object]", self.form.writer(shape)(_members(shape, error)))
        return WireReply(status=status, headers=headers, body=self.form.encode(body))

    def _modelled_status(self, shape: StructureShape | None) -> int:
        if shape is None:
            return 400
        usual = 500 if shape.name in self._faults else 400
        return cast("int", shape.metadata.get("error", {}).get("httpStatusCode", usual))


class RpcProtocol(WireProtocol):
    """The protocols with all members in the body and an error's code in its ``__type``."""

    def read(
        self,
        model: OperationModel,
        request: WireRequest,
        labels: Mapping[str, str],  # noqa: ARG002 - only paths of REST have labels
    ) -> dict[str, object]:
        """Read a request's members."""
        if model.input_shape is None:
            return {}
        read = self.form.reader(model.input_shape)
        return cast("dict[str, object]", read(self.form.decode(request.body)))

    def reply(self, model: OperationModel, members: Mapping[str, object]) -> WireReply:
        """Write a successful answer."""
        shape = model.output_shape
        body = members if shape is None else self.form.writer(shape)(members)
        return self.plain(self.form.encode(body))

    def error(self, model: OperationModel | None, error: ServiceError) -> WireReply:
        """Write an error."""
        return self._error_reply(model, error, type_member=True)


class RestProtocol(WireProtocol):
    """The protocol with members in path, query, headers and body."""

    def read(
        self, model: OperationModel, request: WireRequest, labels: Mapping[str, str]
    ) -> dict[str, object]:
        """Read a request's members."""
        shape = model.input_shape
        if shape is None:
            return {}
        members = self._read_body(shape, request.body)
        query: dict[str, list[str]] | None = None
        for name, member in shape.members.items():
            location = member.serialization.get("location")
            if location is None:
                continue
            wire_name = cast("str", member.serialization.get("name", name))
            value: object = None
            if location == "uri":
                value = read_text(member, labels.get(wire_name), "iso8601")
            elif location == "querystring":
                if query is None:
                    query = parse_qs(request.query, keep_blank_values=True)
                value = read_query(member, wire_name, query)
            elif location == "header":
                value = read_header(member, request.headers.get(wire_name))
            elif location == "headers":
                value = read_prefixed(wire_name, request.headers)
            if value is not None:
                members[name] = value
        return members

    def reply(self, model: OperationModel, members: Mapping[str, object]) -> WireReply:
        """Write a successful answer."""
        status = cast("int", model.http.get("responseCode", 200))
        shape = model.output_shape
        if shape is None:
            return WireReply(status=status, headers=dict(self._headers))
        headers = dict(self._headers)
        for name, member in shape.members.items():
            if name in members and member.serialization.get("location") == "header":
                wire_name = cast("str", member.serialization.get("name", name))
                headers[wire_name] = write_text(member, members[name])
        payload = cast("str | None", shape.serialization.get("payload"))
        if payload is None:
            body = self.form.encode(self.form.writer(shape)(members))
        else:
            body = self._write_payload(shape.members[payload], members.get(payload))
        return WireReply(status=status, headers=headers, body=body)

    def error(self, model: OperationModel | None, error: ServiceError) -> WireReply:
        """Write an error."""
        reply = self._error_reply(model, error, type_member=False)
        if error.code is not None:
            reply.headers["x-amzn-ErrorType"] = error.code
        return reply

    def _read_body(self, shape: StructureShape, body: bytes) -> dict[str, object]:
        payload = cast("str | None", shape.serialization.get("payload"))
        if payload is None:
            if all("location" in member.serialization for member in shape.members.values()):
                return {}
            return cast("dict[str, object]", self.form.reader(shape)(self.form.decode(body)))
        member = shape.members[payload]
        if member.type_name == "blob":
            return {payload: body}
        if member.type_name == "string":
            return {payload: body.decode(errors="replace")}
        return {payload: self.form.reader(member)(self.form.decode(body))} if body else {}

    def _write_payload(self, member: Shape, value: object) -> bytes:
        if isinstance(value, bytes):
            return value
        if isinstance(value, str):
            return value.encode()
        return b"" if value is None else self.form.encode(self.form.writer(member)(value))


def _error_shape(model: OperationModel | None, code: str | None) -> StructureShape | None:
    if model is not None:
        for shape in model.error_shapes:
            if isinstance(shape, StructureShape) and code in (shape.name, shape.error_code):
                return shape
    return None


def _members(shape: StructureShape, error: ServiceError) -> dict[str, object]:
    members: dict[str, object] = {}
    for name, member in shape.members.items():
        if name.lower() == "message":
            members[name] = error.message
        elif name in shape.required_members and member.type_name == "string":
            # Clients may rely on required members, and the fault says nothing about them.
            values = cast("list[str]", member.metadata.get("enum", []))
            members[name] = values[-1] if values else "unknown"
    return members
