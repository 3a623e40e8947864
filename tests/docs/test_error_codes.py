"""The reference has a table of the error codes that itemwise itself gives: it is complete."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "errors.md"
SOURCE = ROOT / "src" / "itemwise"
NOT_THE_ENGINE = {"services", "testing"}
"""Services' codes are no affair of the engine, nor are those that a local AWS makes up."""

CODE = re.compile(r"[A-Z][a-z]+(?:[A-Z][a-z]+)*")
NAME_OF_A_CODE = re.compile(r"(?:.*_)?code", re.IGNORECASE)


def modules() -> Iterator[ast.Module]:
    for path in sorted(SOURCE.rglob("*.py")):
        if path.relative_to(SOURCE).parts[0] not in NOT_THE_ENGINE:
            yield ast.parse(path.read_text(encoding="utf-8"))


def nodes() -> Iterator[ast.AST]:
    for module in modules():
        yield from ast.walk(module)


def takers_of_codes() -> dict[str, int]:
    """By the name of a function with a parameter `code`, the place of that parameter."""
    found: dict[str, int] = {}
    for node in nodes():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
            if "code" in names:
                found[node.name] = names.index("code")
    return found


def expressions_of_codes(takers: dict[str, int]) -> Iterator[ast.AST]:
    """Whatever an error code is read from: an argument, a variable, a part of an error's tuple."""
    for node in nodes():
        if isinstance(node, ast.Call):
            yield from (keyword.value for keyword in node.keywords if keyword.arg == "code")
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else ast.unparse(function)
            place = takers.get(name, len(node.args))
            yield from node.args[place : place + 1]
        elif isinstance(node, ast.Tuple):
            names = [part.id for part in node.elts if isinstance(part, ast.Name)]
            if any(name.endswith("Error") for name in names):
                yield from node.elts
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [target.id for target in targets if isinstance(target, ast.Name)]
            if any(NAME_OF_A_CODE.fullmatch(name) for name in names):
                yield node.value


def texts(expression: ast.AST) -> Iterator[str]:
    if isinstance(expression, ast.Call) and isinstance(expression.func, ast.Attribute):
        # What it looks up, as in `details.get("Code")`, is no code.
        return
    if isinstance(expression, ast.Constant) and isinstance(expression.value, str):
        yield expression.value
    for part in ast.iter_child_nodes(expression):
        yield from texts(part)


def codes_in_the_source() -> set[str]:
    expressions = expressions_of_codes(takers_of_codes())
    return {text for each in expressions for text in texts(each) if CODE.fullmatch(text)}


def exceptions_that_are_no_errors_of_calls() -> set[str]:
    """Exceptions of ours that a call can raise, and whose name is then the code."""
    classes = (node for node in nodes() if isinstance(node, ast.ClassDef))
    return {
        each.name
        for each in classes
        if [ast.unparse(base) for base in each.bases] == ["Exception"]
        and each.name != "ItemwiseError"
    }


def codes_in_the_table() -> set[str]:
    text = PAGE.read_text(encoding="utf-8")
    table = text.partition("### itemwise's own\n")[2].partition("\n#")[0]
    return set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))


def test_each_code_of_our_own_is_in_the_table_and_no_other() -> None:
    codes = codes_in_the_source()
    # Some of these get a code of another name: `RedirectedError` is `Redirected`.
    named = {
        name
        for name in exceptions_that_are_no_errors_of_calls()
        if name.removesuffix("Error") not in codes
    }

    assert codes_in_the_table() == codes | named
