"""Which operation a request is for: one address serves all services."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from botocore.exceptions import UnknownServiceError

from itemwise.testing._bodies import CborForm, JsonForm
from itemwise.testing._bound import BoundOperation, BoundService, bind, service
from itemwise.testing._paths import RestPath
from itemwise.testing._protocols import RestProtocol, RpcProtocol, WireProtocol
from itemwise.testing._refusals import XmlRefusal
from itemwise.testing._served import ServedOperation
from itemwise.testing._wire import ServiceError, WireRequest

__all__ = ["Routes"]

_SIGNING_NAME: Final = re.compile(r"\bCredential=[^,\s]*/([^/,\s]+)/aws4_request\b")
_FORM: Final = "application/x-www-form-urlencoded"
_RPC_PATH: Final = re.compile(r"/service/([^/]+)/operation/([^/]+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a request leads.

    Attributes:
        protocol: how it is read and answered.
        operation: the operation; ``None`` where none is found.
        labels: the values of the labels in the path, decoded.
        error: why the request is refused.
    """

    protocol: WireProtocol
    operation: BoundOperation | None = None
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    error: ServiceError | None = None


class Routes:
    """Finds operations; loads a service's model when a request may be for it.

    Args:
        rows: the served operations; a later row replaces an earlier one of the same operation.
    """

    def __init__(self, rows: Iterable[ServedOperation]) -> None:
        self._waiting: dict[str, dict[str, ServedOperation]] = {}
        for row in rows:
            self._waiting.setdefault(row.service, {})[row.operation] = row
        self._rows = {
            row.operation: row for rows in self._waiting.values() for row in rows.values()
        }
        self._services: dict[str, BoundService] = {}
        self._operations: dict[tuple[str, str], BoundOperation] = {}
        self._paths: dict[str, list[tuple[RestPath, BoundOperation]]] = {}
        self._unknown_json = RpcProtocol(JsonForm(), "application/x-amz-json-1.1")
        self._unknown_rest = RestProtocol(JsonForm(), "application/json")
        self._unknown_xml = XmlRefusal()

    @property
    def names(self) -> Collection[str]:
        """The wire names of all operations."""
        return self._rows.keys()

    def operation(self, name: str) -> BoundOperation:
        """Return an operation by its wire name.

        Raises:
            KeyError: no such operation is served.
        """
        return bind(self._rows[name])

    def find(self, request: WireRequest) -> Route:
        """Find the operation of a request, and check that the request is signed.

        Raises:
            ModuleNotFoundError: the request is in CBOR, and cbor2 is not installed.
        """
        authorization = request.headers.get("Authorization")
        credential = _SIGNING_NAME.search(authorization) if authorization else None
        signing_name = credential[1] if credential else ""
        target = request.headers.get("X-Amz-Target")
        if request.headers.get("smithy-protocol") == "rpc-v2-cbor":
            route = self._by_rpc_path(request.path, signing_name)
        elif target is not None:
            route = self._by_target(target, signing_name)
        else:
            route = self._by_path(request, signing_name)
        if credential is not None:
            return route
        if authorization:
            code, message = "IncompleteSignatureException", "Authorization has no credential scope"
        else:
            code, message = "MissingAuthenticationTokenException", "Missing Authentication Token"
        error = ServiceError(code=code, message=message, status=403)
        return Route(protocol=route.protocol, operation=route.operation, error=error)

    def _by_target(self, target: str, signing_name: str) -> Route:
        prefix, _, name = target.rpartition(".")
        found = self._service(prefix, signing_name)
        if found is None or "json" not in found.protocols:
            return Route(protocol=self._unknown_json, error=_unknown(name, signing_name, 400))
        operation = self._operations.get((prefix, name))
        error = None if operation else _unknown(name, signing_name, 400)
        return Route(protocol=found.json, operation=operation, error=error)

    def _by_rpc_path(self, path: str, signing_name: str) -> Route:
        match = _RPC_PATH.search(path)
        prefix, name = (match[1], match[2]) if match else ("", path)
        found = self._service(prefix, signing_name)
        if found is None or "smithy-rpc-v2-cbor" not in found.protocols:
            # Made when it is needed, since it needs a library that may be missing.
            unknown = RpcProtocol(
                CborForm(), "application/cbor", {"smithy-protocol": "rpc-v2-cbor"}
            )
            return Route(protocol=unknown, error=_unknown(name, signing_name, 404))
        operation = self._operations.get((prefix, name))
        error = None if operation else _unknown(name, signing_name, 404)
        return Route(protocol=found.cbor, operation=operation, error=error)

    def _by_path(self, request: WireRequest, signing_name: str) -> Route:
        route = self._known_path(request, signing_name)
        while route is None and self._load_next(signing_name):
            route = self._known_path(request, signing_name)
        if route is not None:
            return route
        if _speaks_xml(request, signing_name):
            return Route(protocol=self._unknown_xml, error=_unspoken(signing_name))
        error = _unknown(f"{request.method} {request.path}", signing_name, 404)
        return Route(protocol=self._unknown_rest, error=error)

    def _known_path(self, request: WireRequest, signing_name: str) -> Route | None:
        for path, operation in self._paths.get(signing_name, ()):
            labels = path.match(request)
            if labels is not None:
                return Route(protocol=operation.service.rest, operation=operation, labels=labels)
        return None

    def _service(self, target: str, signing_name: str) -> BoundService | None:
        while target not in self._services and self._load_next(signing_name):
            pass
        return self._services.get(target)

    def _load_next(self, signing_name: str) -> bool:
        if not self._waiting:
            return False
        # Models are large, and the names of a service mostly resemble each other.
        name = max(
            self._waiting,
            key=lambda name: signing_name.startswith(name) or name.startswith(signing_name),
        )
        rows = self._waiting.pop(name)
        try:
            loaded = service(name)
        except UnknownServiceError:
            # Younger than the installed botocore, which has no client that could ask for it.
            return True
        target = loaded.target
        if target is not None:
            self._services[target] = loaded
        paths = self._paths.setdefault(loaded.model.signing_name, [])
        for row in rows.values():
            if row.operation not in loaded.model.operation_names:
                # Younger than the installed botocore, whose clients cannot ask for it either.
                continue
            operation = bind(row)
            if target is not None:
                self._operations[target, row.operation] = operation
            if "rest-json" in loaded.protocols:
                paths.append((RestPath(operation.model), operation))
        paths.sort(key=lambda path: path[0].generality)
        return True


def _speaks_xml(request: WireRequest, signing_name: str) -> bool:
    """Tell whether the client reads errors in XML alone, as far as the request shows it."""
    if request.headers.get("Content-Type", "").startswith(_FORM):
        # The protocols query and ec2. A service often signs by another name than botocore's.
        return True
    try:
        return "rest-xml" in service(signing_name).protocols
    except UnknownServiceError:
        return False


def _unknown(name: str, signing_name: str, status: int) -> ServiceError:
    message = f"LocalAWS does not serve {name} of {signing_name}: describe it in a ServedOperation."
    return ServiceError(code="UnknownOperationException", message=message, status=status)


def _unspoken(signing_name: str) -> ServiceError:
    message = (
        f"LocalAWS does not speak the protocol of {signing_name}: give its client the endpoint of "
        "another server."
    )
    return ServiceError(code="UnknownOperationException", message=message, status=404)
