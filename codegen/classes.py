"""The models of an operation: its shapes as classes, enums and aliases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from botocore.model import ListShape, Shape, StringShape, StructureShape

from codegen import names
from codegen.description import Description
from codegen.errors import CodegenError
from codegen.words import docstring, first_sentence, summary

__all__ = ["Classes", "Declaration", "Docs", "Kind", "sent_structures"]

Kind: TypeAlias = Literal["alias", "enum", "sent", "request", "received", "response"]
"""What a declaration is, in the order in which a module has them."""

_SCALARS: Final[Mapping[str, str]] = {
    "boolean": "bool",
    "float": "float",
    "integer": "int",
    "long": "int",
    "string": "str",
    "timestamp": "Timestamp",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """One top-level statement of a module.

    Attributes:
        name: the name that it declares.
        kind: what it is.
        text: the statement.
    """

    name: str
    kind: Kind
    text: str


class Docs:
    """An overlay's words, and which of them were asked for.

    Args:
        texts: by the name of a class, or of a class and its member.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._unused = set(texts)

    def __call__(self, place: str, default: str = "") -> str:
        """Give the words for a place; where there are none, the default."""
        self._unused.discard(place)
        return self._texts.get(place, default)

    def done(self) -> None:
        """Refuse words for places that there are none of.

        Raises:
            CodegenError: there are some.
        """
        if self._unused:
            raise CodegenError(f"docs: there is no {', '.join(sorted(self._unused))}")


class Classes:
    """Prints the classes of one operation.

    Args:
        description: the operation.
        docs: the overlay's words.
        sent: names of the structures that any operation of the service sends; such a structure
            that also comes back needs two classes.
    """

    def __init__(self, description: Description, docs: Docs, sent: frozenset[str]) -> None:
        self._description = description
        self._docs = docs
        self._sent = sent
        self._found: dict[str, Declaration] = {}

    def declarations(self) -> Sequence[Declaration]:
        """Print all, each before what uses it."""
        name, lists = self._description.name, self._description.items
        shape = self._description.input
        required = [n for n in shape.members if n in shape.required_members and n not in lists]
        rest = [n for n in shape.members if n not in required and n not in lists]
        self._structure(shape, f"{name}Request", "request", "Request", [*required, *lists, *rest])
        output = self._description.output
        self._structure(output, f"{name}Response", "response", "Response", list(output.members))
        return list(self._found.values())

    def received_name(self, shape: Shape) -> str:
        """Name the class of a structure that is received."""
        return names.class_name(shape) + ("Output" if shape.name in self._sent else "")

    def _structure(
        self, shape: StructureShape, name: str, kind: Kind, base: str, order: Sequence[str]
    ) -> None:
        sent = kind in {"sent", "request"}
        # Before the class itself, since what it uses comes first.
        fields = [self._field(name, shape, wire, sent=sent) for wire in order]
        about = summary(self._about(shape, name, kind), f"{name}", 4)
        self._declare(name, kind, "\n\n".join([f"class {name}({base}):\n{about}", *fields]))

    def _about(self, shape: StructureShape, name: str, kind: Kind) -> str:
        operation = f"``{self._description.name}``"
        if kind == "request":
            default = f"What {operation} is asked."
        elif kind == "response":
            default = f"What {operation} answers."
        else:
            default = first_sentence(shape.documentation)
        text = self._docs(name, default)
        if not text:
            raise CodegenError(f"{name}: the model has no words for it: the overlay's docs must")
        return text

    def _field(self, owner: str, shape: StructureShape, wire: str, *, sent: bool) -> str:
        member = shape.members[wire]
        typed, empty = self._typed(member, sent=sent)
        extras = [f'wire("{wire}")']
        if isinstance(member, StringShape) and member.enum:
            extras.insert(0, "OPEN_ENUM")
        if sent and wire in shape.required_members:
            default = ""
        elif empty and not sent:
            default = " = ()"
        else:
            typed, default = f"{typed} | None", " = None"
        line = f"    {names.field(wire)}: Annotated[{typed}, {', '.join(extras)}]{default}"
        words = self._docs(f"{owner}.{wire}", first_sentence(member.documentation))
        return f"{line}\n{docstring(words, 4)}" if words else line

    def _typed(self, shape: Shape, *, sent: bool) -> tuple[str, bool]:
        """Give a member's type, and whether it is empty rather than absent."""
        if isinstance(shape, StructureShape):
            return self._nested(shape, sent=sent), False
        if isinstance(shape, ListShape):
            kind = "RequestList" if sent else "ResponseList"
            return f"{kind}[{self._typed(shape.member, sent=sent)[0]}]", True
        if isinstance(shape, StringShape) and shape.enum:
            return f"{self._enum(shape)} | str", False
        if shape.type_name not in _SCALARS:
            raise CodegenError(f"{shape.name} is a {shape.type_name}, which is not supported")
        if sent and isinstance(shape, StringShape):
            return self._alias(shape), False
        return _SCALARS[shape.type_name], False

    def _nested(self, shape: StructureShape, *, sent: bool) -> str:
        name = names.class_name(shape) if sent else self.received_name(shape)
        base = ("Request" if sent else "Response") + ("Union" if shape.is_tagged_union else "Shape")
        self._structure(shape, name, "sent" if sent else "received", base, list(shape.members))
        return name

    def _enum(self, shape: StringShape) -> str:
        name = names.class_name(shape)
        about = self._docs(
            name, first_sentence(shape.documentation) or "The values that are known."
        )
        lines = [f"class {name}(StrEnum):", summary(about, name, 4), ""]
        for value in shape.enum:
            lines.append(f'    {names.constant(value)} = "{value}"')
            words = self._docs(f"{name}.{value}")
            if words:
                lines += [docstring(words, 4), ""]
        self._declare(name, "enum", "\n".join(lines))
        return name

    def _alias(self, shape: Shape) -> str:
        least, most = shape.metadata.get("min", 0), shape.metadata.get("max")
        if not least and most is None:
            return "str"
        name = names.class_name(shape)
        bounds = f"{least}" if most is None else f"{least}, {most}"
        self._declare(name, "alias", f"{name} = Annotated[str, length({bounds})]")
        return name

    def _declare(self, name: str, kind: Kind, text: str) -> None:
        declared = Declaration(name=name, kind=kind, text=text)
        if self._found.setdefault(name, declared) != declared:
            raise CodegenError(f"two different things would be named {name}")


def sent_structures(shape: Shape) -> Iterator[str]:
    """List the names of a shape's structures, at any depth."""
    if isinstance(shape, StructureShape):
        yield shape.name
        for member in shape.members.values():
            yield from sent_structures(member)
    elif isinstance(shape, ListShape):
        yield from sent_structures(shape.member)
