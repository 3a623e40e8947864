"""Every operation that itemwise ships, held against botocore's models."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from types import ModuleType

import botocore
import pytest

from tests.models.contract import differences
from tests.shipped import AnyOperation, generated_from, modules, operations, release

pytestmark = pytest.mark.models

OPERATIONS = operations()
MODULES = list(modules())

# What every botocore has that we claim to work with; the others are newer than some of them.
FIVE = {
    "connect.disassociate_workspace",
    "fms.batch_disassociate_resource",
    "greengrassv2.batch_disassociate_client_device_from_core_device",
    "inspector2.batch_disassociate_code_security_scan_configuration",
    "ram.disassociate_resource_share",
}


@pytest.mark.parametrize(("path", "operation"), OPERATIONS.items(), ids=OPERATIONS.keys())
def test_an_operation_is_what_botocore_has(path: str, operation: AnyOperation) -> None:
    if path not in FIVE and release(botocore.__version__) < release(generated_from(path)):
        pytest.skip("the installed botocore is older than the one that this is from")
    assert not differences(path, operation)


def test_the_five_operations_are_found() -> None:
    assert OPERATIONS.keys() >= FIVE


def test_what_is_recorded_of_the_models_is_of_the_operations_that_are_shipped() -> None:
    folder = Path(__file__).parents[2] / "codegen" / "recorded"
    recorded = {
        (record["service"], operation)
        for path in folder.glob("*.json")
        for record in [json.loads(path.read_text(encoding="utf-8"))]
        for operation in record["operations"]
    }
    assert recorded == {(each.service, each.name) for each in OPERATIONS.values()}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_a_package_has_all_that_its_modules_have(module: ModuleType) -> None:
    name = module.__name__.rpartition(".")[0]
    package = import_module(name)
    for public in module.__all__:
        assert public in package.__all__, f"{name} does not export {public}"
        assert getattr(package, public) is getattr(module, public)
