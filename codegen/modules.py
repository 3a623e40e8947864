"""The modules of a service's package: one per operation, one of shared shapes, and the package."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, get_args

from codegen import functions, names, several_lists
from codegen.classes import Classes, Declaration, Docs, Kind, sent_structures
from codegen.describe import describe
from codegen.description import Description
from codegen.errors import CodegenError
from codegen.overlay import Overlay
from codegen.source import Service, version
from codegen.words import LINE

__all__ = ["ServiceModules", "header"]

_ORDER: Final[Sequence[Kind]] = get_args(Kind)

_IMPORTS: Final = """\
from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from typing import Annotated, Final
from urllib.parse import unquote
"""

_OWN_IMPORTS: Final = """\
from itemwise._operation import Key, Operation, Verdict, by_value, client_token
from itemwise._shape import OPEN_ENUM, Request, RequestList, RequestShape, RequestUnion
from itemwise._shape import Response, ResponseList, ResponseShape, ResponseUnion
from itemwise._shape import Timestamp, length, wire
"""


def header(service: str) -> str:
    """Print the first line of every generated file, as a comment without its sign."""
    return f"Generated from botocore {version()}; do not edit: see codegen/overlays/{service}.toml."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Operation:
    description: Description
    declarations: Sequence[Declaration]
    body: Sequence[str]

    @property
    def constant(self) -> str:
        return names.operation(self.description.name)


class ServiceModules:
    """Prints the modules of one service.

    All printed modules import more than they need: ruff takes out what is not used.

    Attributes:
        service: the service.
        overlay: its overlay.
        descriptions: its operations, by name.

    Args:
        service: the service.
        overlay: its overlay.

    Raises:
        CodegenError: an operation cannot be described.
    """

    def __init__(self, service: Service, overlay: Overlay) -> None:
        self.service = service
        self.overlay = overlay
        self.descriptions = [describe(service, overlay, name) for name in overlay.operations]
        docs = Docs(overlay.docs)
        sent = frozenset(name for each in self.descriptions for name in sent_structures(each.input))
        self._operations = [self._printed(each, docs, sent) for each in self.descriptions]
        docs.done()
        self._shared = self._find_shared()

    def files(self) -> Mapping[str, str]:
        """Print the modules, by their names in the package."""
        found = {
            f"_{operation.constant}.py": self._module(operation) for operation in self._operations
        }
        if self._shared:
            found["_shapes.py"] = self._shapes()
        found["__init__.py"] = self._package()
        return found

    def _printed(self, description: Description, docs: Docs, sent: frozenset[str]) -> _Operation:
        classes = Classes(description, docs, sent)
        declarations = list(classes.declarations())
        entry = functions.entry_type(description, classes)
        if description.status is not None:
            own = several_lists.item_class(description, self.overlay.item)
            declarations.append(own)
            body = list(several_lists.functions(description, own.name))
            items, fields, item = "_items", "tuple(_FIELDS.values())", own.name
        else:
            body = list(functions.functions(description, classes))
            (member,) = description.items
            field = names.field(member)
            required = member in description.input.required_members
            items = f'attrgetter("{field}")' if required else "_items"
            fields, item = f'("{field}",)', functions.item_type(description)
        body.append(functions.constant(description, item, entry, items=items, fields=fields))
        return _Operation(description=description, declarations=declarations, body=body)

    def _find_shared(self) -> Mapping[str, Declaration]:
        uses = Counter(each.name for one in self._operations for each in one.declarations)
        found: dict[str, Declaration] = {}
        for declared in (each for one in self._operations for each in one.declarations):
            # An alias is one line: each module that needs it has its own.
            if uses[declared.name] == 1 or declared.kind == "alias":
                continue
            if found.setdefault(declared.name, declared) != declared:
                raise CodegenError(f"two operations would declare {declared.name} differently")
        return found

    def _module(self, operation: _Operation) -> str:
        own = _with_aliases(
            [each for each in operation.declarations if each.name not in self._shared],
            operation.declarations,
        )
        name, overlay = operation.description.name, operation.description.overlay
        page = self.overlay.page
        address = page.format(operation=name) if page else self.service.api_page(name)
        docstring = (
            f"{_title(f'{self.overlay.short} ``{name}``', overlay.summary)}\n\n"
            "Source of all facts, where no other is named: the service model in botocore, and\n"
            f'{address}\n"""'
        )
        exported = [*_public(own), operation.constant]
        return "\n\n".join(
            [
                *self._top(docstring, exported, shapes=bool(self._shared)),
                *_sorted(own),
                *operation.body,
            ]
        )

    def _shapes(self) -> str:
        shared = list(self._shared.values())
        docstring = f'"""Shapes that several operations of {self.overlay.short} have in common."""'
        every = [each for operation in self._operations for each in operation.declarations]
        declared = _with_aliases(shared, every)
        return "\n\n".join(
            [*self._top(docstring, _public(shared), shapes=False), *_sorted(declared)]
        )

    def _top(self, docstring: str, exported: Sequence[str], *, shapes: bool) -> Iterator[str]:
        yield f"# {header(self.service.name)}\n{docstring}"
        yield _IMPORTS
        yield _OWN_IMPORTS + (self._imported("_shapes", self._shared) if shapes else "")
        yield _all(exported)

    def _package(self) -> str:
        parts: list[tuple[str, Sequence[str]]] = [
            (f"_{operation.constant}", [*self._own_public(operation), operation.constant])
            for operation in self._operations
        ]
        if self._shared:
            parts.append(("_shapes", _public(list(self._shared.values()))))
        exported = [name for _, own in parts for name in own]
        if len(set(exported)) < len(exported):
            raise CodegenError(f"{self.service.name}: two things of its package have one name")
        return "\n\n".join(
            [
                f'# {header(self.service.name)}\n"""{self.overlay.title}."""',
                "".join(self._imported(module, own) for module, own in parts),
                _all(exported),
            ]
        )

    def _own_public(self, operation: _Operation) -> Sequence[str]:
        return _public([each for each in operation.declarations if each.name not in self._shared])

    def _imported(self, module: str, imported: Iterable[str]) -> str:
        place = f"from itemwise.services.{self.service.package}.{module} import"
        listed = sorted(imported)
        if len(place) + 2 <= LINE:
            return f"{place} {', '.join(listed)}\n"
        lines = "".join(f"    {name},\n" for name in listed)
        return f"{place} (  # noqa: E501 - the name is the operation's\n{lines})\n"


def _title(name: str, text: str) -> str:
    """Print the beginning of a docstring: on its first line what fits there."""
    line = f'"""{name}: {text}.'
    return line if len(line) <= LINE else f'"""{name}.\n\n{text[0].upper()}{text[1:]}.'


def _all(exported: Sequence[str]) -> str:
    return f"__all__ = [{', '.join(f'{name!r}' for name in sorted(exported))}]"


def _public(declarations: Sequence[Declaration]) -> Sequence[str]:
    return [each.name for each in declarations if each.kind != "alias"]


def _with_aliases(
    declarations: Sequence[Declaration], every: Sequence[Declaration]
) -> Sequence[Declaration]:
    """Take the aliases that some declarations use, and the declarations."""
    used = {
        node.id
        for each in declarations
        if each.kind != "alias"
        for node in ast.walk(ast.parse(each.text))
        if isinstance(node, ast.Name)
    }
    aliases = {each.name: each for each in every if each.kind == "alias" and each.name in used}
    return [*aliases.values(), *(each for each in declarations if each.kind != "alias")]


def _sorted(declarations: Sequence[Declaration]) -> Iterator[str]:
    # Stable: within a kind, what is used comes before what uses it.
    for each in sorted(declarations, key=lambda each: _ORDER.index(each.kind)):
        yield each.text
