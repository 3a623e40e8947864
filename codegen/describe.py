"""Describes an operation: by the overlay where it speaks, else by the model; with each reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar, cast

from botocore.model import Shape, StructureShape

from codegen import infer
from codegen.description import Description, Entries, Reason, StatusList
from codegen.errors import CodegenError
from codegen.infer import Naming
from codegen.overlay import Fact, OperationOverlay, Overlay, Value
from codegen.source import Service

__all__ = ["describe"]

T = TypeVar("T")


def describe(service: Service, overlay: Overlay, name: str) -> Description:
    """Describe an operation.

    Raises:
        CodegenError: neither model nor overlay says something that must be known, or the overlay
            says what the model denies.
    """
    try:
        return _Describer(service, overlay.operations[name], name).describe()
    except CodegenError as error:
        raise CodegenError(f"{service.name} {name}: {error}") from error


_UNSAID: Final = "the model does not say, and neither does the overlay"


class _Describer:
    def __init__(self, service: Service, overlay: OperationOverlay, name: str) -> None:
        self.service = service
        self.overlay = overlay
        self.name = name
        self.input, self.output = service.sides(name)
        self.facts: Mapping[str, Fact] = overlay.facts
        self.reasons: list[Reason] = []

    def describe(self) -> Description:
        items = self._items()
        item = infer.item_shape(self.input, next(iter(items)))
        status, failures = self._failures(item, items)
        successes = None if status else self._successes(failures, item, items)
        entry = cast("StructureShape", failures.shape)
        taken = (*failures.naming.entry, *([failures.naming.inside] if status is None else []))
        token = self._decide("client_token", lambda: infer.client_token(self.input), str)
        return Description(
            service=self.service,
            name=self.name,
            overlay=self.overlay,
            input=self.input,
            output=self.output,
            items=items,
            item=item,
            max_items=self._decide("max_items", lambda: infer.max_items(self.input, items), int),
            failures=failures,
            successes=failures if status else successes,
            status=status,
            key_form=self._stated("key_form", str, ""),
            key_defaults=self._stated("key_defaults", dict[str, int], {}),
            code=(status.status if status else self._code(entry, [t for t in taken if t])),
            message=self._message(entry, [t for t in taken if t], status),
            client_token=token,
            idempotent=self._idempotent(token),
            retryable_codes=self._codes("retryable_codes"),
            item_error_codes=self._item_error_codes(),
            reasons=self.reasons,
        )

    def _items(self) -> Mapping[str, str | None]:
        labels = self._stated("items", dict[str, str], {})
        if labels:
            return labels
        name = self._decide("items", lambda: infer.item_list(self.input), str)
        return {name: None}

    def _failures(
        self, item: Shape, items: Mapping[str, str | None]
    ) -> tuple[StatusList | None, Entries]:
        fact = self.facts.get("failures")
        if fact is not None and isinstance(fact.value, Mapping):
            names = self._stated("failures", dict[str, str], {})
            status = StatusList(
                name=names["name"],
                label=names["label"],
                status=names["status"],
                failed=names["failed"],
            )
            return status, Entries(
                member=names["list"],
                shape=infer.entry_shape(self.output, names["list"]),
                naming=Naming(key=(), entry=(names["label"], names["name"])),
            )
        member = self._decide("failures", lambda: infer.failures(self.output), str)
        return None, self._entries("entry_key", member, item, items)

    def _successes(
        self, failures: Entries, item: Shape, items: Mapping[str, str | None]
    ) -> Entries | None:
        member, why = infer.successes(self.output, failures.member)
        self._note("successes", str(member), "model", why)
        silence = "failures alone" if member is None else "failures and successes"
        self._note("silence_is_success", str(member is None), "model", f"the reply lists {silence}")
        if member is None:
            return None
        entries = self._entries("success_key", member, item, items)
        if entries.naming.key != failures.naming.key:
            raise CodegenError("failures and successes name items in different ways")
        return entries

    def _entries(
        self, fact: str, member: str, item: Shape, items: Mapping[str, str | None]
    ) -> Entries:
        shape = infer.entry_shape(self.output, member)
        if fact in self.facts:
            entry = tuple(self._stated(fact, list[str], []))
            key = tuple(self._stated("key", list[str], []))
            naming = Naming(key=key, entry=entry)
        else:
            naming, why = infer.naming(item, shape, next(iter(items)))
            self._note(fact, ", ".join(naming.entry) or "the entry itself", "model", why)
        members = shape.members if isinstance(shape, StructureShape) else {}
        for name in () if naming.inside else naming.entry:
            if name not in members:
                raise CodegenError(f"{fact}: an entry has no member {name}")
        return Entries(member=member, shape=shape, naming=naming)

    def _code(self, entry: StructureShape, taken: Sequence[str]) -> str | None:
        code = self._decide("code", lambda: infer.code(entry, taken), str)
        return code or None

    def _message(
        self, entry: StructureShape, taken: Sequence[str], status: StatusList | None
    ) -> str | None:
        if status is not None:
            taken = [*taken, status.status]
        return self._decide("message", lambda: infer.message(entry, taken), str) or None

    def _idempotent(self, token: str | None) -> bool:
        if "idempotent" in self.facts:
            return self._stated("idempotent", bool, False)
        if token is not None:
            self._note("idempotent", "True", "model", "a client token is pinned by with_items")
            return True
        if self.service.is_idempotent(self.name):
            self._note("idempotent", "True", "model", "the model marks the operation as idempotent")
            return True
        raise CodegenError(f"idempotent: {_UNSAID}")

    def _codes(self, fact: str) -> Sequence[str]:
        if fact not in self.facts:
            raise CodegenError(f"{fact}: {_UNSAID}")
        return self._stated(fact, list[str], [])

    def _item_error_codes(self) -> Sequence[str]:
        codes = self._codes("item_error_codes")
        known = {
            shape.error_code
            for shape in self.service.operation(self.name).error_shapes
            if isinstance(shape, StructureShape)
        }
        if unknown := sorted(set(codes) - known):
            raise CodegenError(f"item_error_codes: {', '.join(unknown)} is no error of it")
        return codes

    def _decide(self, fact: str, inferred: Callable[[], tuple[T, str]], kind: type[object]) -> T:
        if fact in self.facts:
            # The overlay's value has the kind of the inferred one: _stated checks it.
            return cast("T", self._stated(fact, kind, None))
        try:
            value, why = inferred()
        except CodegenError as error:
            raise CodegenError(f"{fact}: {error}: the overlay must decide") from error
        self._note(fact, str(value), "model", why)
        return value

    def _stated(self, fact: str, kind: type[T], default: T) -> T:
        if fact not in self.facts:
            return default
        stated = self.facts[fact]
        value: Value = stated.value
        plain = getattr(kind, "__origin__", kind)
        if not isinstance(value, plain):
            raise CodegenError(f"{fact}: {value!r} is no {plain.__name__}")
        self._note(fact, _readable(value), "overlay", stated.source)
        return cast("T", value)

    def _note(self, fact: str, value: str, origin: str, why: str) -> None:
        self.reasons.append(Reason(fact=fact, value=value, origin=origin, why=why))


def _readable(value: Value) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {each}" for name, each in value.items())
    if isinstance(value, str | int):
        return str(value) or "none"
    return ", ".join(value) or "none"
