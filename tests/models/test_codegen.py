"""The generator: the same files each time, no fact without a source, and drift in plain words."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import botocore
import pytest
from botocore.exceptions import UnknownServiceError
from botocore.model import ListShape, ServiceModel, Shape, StructureShape

from codegen import infer, output, served
from codegen.__main__ import main
from codegen.drift import drift
from codegen.errors import CodegenError
from codegen.family import family
from codegen.outline import RECORDED
from codegen.overlay import OVERLAYS, overlays, read_overlay
from codegen.pages import coverage_rows
from codegen.source import installed
from codegen.words import comment, docstring, first_sentence
from itemwise.testing import ServedOperation
from tests.shipped import generated_from, release

pytest.importorskip("ruff", reason="ruff lays the files out, and is a tool of development alone")

FMS = "fms.batch_disassociate_resource"
MODULE = "src/itemwise/services/fms/_batch_disassociate_resource.py"

pytestmark = pytest.mark.models

if release(botocore.__version__) < release(generated_from(FMS)):
    pytest.skip("the files are of a newer botocore", allow_module_level=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Overlays of one service, to change."""
    made = tmp_path / "overlays"
    made.mkdir()
    shutil.copy(OVERLAYS / "fms.toml", made)
    return made


def changed(folder: Path, old: str, new: str) -> None:
    path = folder / "fms.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def fact(name: str) -> str:
    """Give the text of a fact in the overlay of FMS."""
    text = (OVERLAYS / "fms.toml").read_text(encoding="utf-8")
    start = text.index(f"[operations.BatchDisassociateResource.facts.{name}]")
    return text[start : text.index("\n\n", start)]


def rendered(folder: Path) -> Mapping[str, str]:
    return output.render(folder, members=[("fms", "BatchDisassociateResource")])


# --- files ----------------------------------------------------------------------------------------


def test_the_files_are_what_is_generated() -> None:
    files = output.render()
    assert output.differences(files) == []
    # The same look at all of botocore's models, which takes seconds, shows the family.
    rows = coverage_rows(family(), overlays())
    assert {("ram", "AssociateResourceShare"), ("fms", "BatchAssociateResource")} <= rows.keys()
    assert "Not looked at yet." not in rows.values()
    described = sum(not why for why in rows.values())
    assert f"\n{described} of the {len(rows)} operations" in files["docs/reference/coverage.md"]


def test_the_same_comes_out_each_time(folder: Path) -> None:
    assert rendered(folder) == rendered(folder)


def test_an_edited_file_and_a_leftover_are_found(folder: Path, tmp_path: Path) -> None:
    files = rendered(folder)
    written = output.write(files, tmp_path)
    assert set(written) == set(files)
    assert output.write(files, tmp_path) == []
    assert output.differences(files, tmp_path) == []
    path = tmp_path / MODULE
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("max_items=100", "max_items=101"), encoding="utf-8")
    (tmp_path / "docs/reference/services/gone.md").write_text("# Gone\n", encoding="utf-8")

    edited, leftover = output.differences(files, tmp_path)

    assert edited.startswith(f"--- {MODULE}")
    assert "-    max_items=101," in edited
    assert leftover == "docs/reference/services/gone.md: nothing generates it any more"
    assert set(output.write(files, tmp_path)) == {MODULE, "docs/reference/services/gone.md"}
    assert output.differences(files, tmp_path) == []


def test_a_missing_file_is_a_difference(folder: Path, tmp_path: Path) -> None:
    files = rendered(folder)
    output.write(files, tmp_path)
    (tmp_path / MODULE).unlink()
    assert len(output.differences(files, tmp_path)) == 1


# --- overlays -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["max_items", "idempotent", "retryable_codes", "item_error_codes"])
def test_without_one_of_its_facts_an_operation_cannot_be_generated(name: str, folder: Path) -> None:
    changed(folder, fact(name), "")
    with pytest.raises(CodegenError, match=f"fms BatchDisassociateResource: {name}: "):
        rendered(folder)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('source = "A resource that has left stays out."', "", "source is missing"),
        ('source = "A resource that has left stays out."', 'source = " "', "source must be a text"),
        ('source = "A resource that has left stays out."', "source = 7", "source must be a text"),
        (".facts.max_items]", ".facts.max_things]", "there is no such fact"),
        ("value = 100", 'value = "many"', "max_items: 'many' is no int"),
        ('["InvalidInputException"]', '["NoSuchException"]', "NoSuchException is no error of it"),
        ("value = []", 'value = ["NO_SUCH_REASON"]', "NO_SUCH_REASON is no FailedItemReason"),
        ("value = 100", "value = 100\nseen = true", "unknown seen"),
        ('title = "', 'motto = "x"\ntitle = "', "unknown motto"),
        ('"FailedItem.URI"', '"FailedItem.URL"', "docs: there is no FailedItem.URL"),
        ("[operations.BatchAssociateResource]", "[operations.Nothing]", "fms has no operation"),
    ],
)
def test_a_wrong_overlay_is_refused(old: str, new: str, said: str, folder: Path) -> None:
    changed(folder, old, new)
    if "Nothing" in new:
        path = folder / "fms.toml"
        text = path.read_text(encoding="utf-8").replace(".BatchAssociateResource.", ".Nothing.")
        path.write_text(text, encoding="utf-8")
    with pytest.raises(CodegenError, match=said):
        rendered(folder)


def test_words_of_the_overlay_are_in_the_files(folder: Path) -> None:
    before = rendered(folder)
    changed(folder, "A resource that has left stays out.", "It is how sets are.")
    after = rendered(folder)
    assert {name for name in before if before[name] != after[name]} == {MODULE}
    assert "    # It is how sets are.\n    idempotent=True,\n" in after[MODULE]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("it is how sets are", "It is how sets are."),
        ("It is how sets are.", "It is how sets are."),
        ("https://example.com/: sets are so", "https://example.com/: sets are so."),
        ("See https://example.com/sets", "See https://example.com/sets"),
        (r"The page: \"It is so.\"", 'The page: "It is so."'),
        (r"It is \"so\"", 'It is "so".'),
        ("It is (so)", "It is (so)."),
    ],
)
def test_a_source_is_a_sentence_in_the_files(source: str, said: str, folder: Path) -> None:
    changed(folder, "A resource that has left stays out.", source)
    assert f"    # {said}\n    idempotent=True,\n" in rendered(folder)[MODULE]


# --- explain and coverage -------------------------------------------------------------------------


def test_explain_gives_the_reason_for_every_fact(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "fms", "BatchDisassociateResource"]) == 0
    said = capsys.readouterr().out
    assert "items = Items\n    by the model: it is the only list in the request" in said
    assert "max_items = 100\n    by the overlay: Neither the model nor the API page" in said
    assert "entry_key = URI\n    by the model: " in said
    assert "code = Reason\n    by the model: " in said
    assert "silence_is_success = True\n    by the model: the reply lists failures alone" in said


@pytest.mark.parametrize("overlay", overlays(), ids=lambda overlay: overlay.service)
def test_every_operation_can_be_explained(overlay: Any, capsys: pytest.CaptureFixture[str]) -> None:
    for name in (*overlay.operations, *overlay.left_out):
        assert main(["explain", overlay.service, name]) == 0
        assert capsys.readouterr().out


def test_what_cannot_be_explained_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "fms", "Nothing"]) == 1
    assert main(["explain", "nothing", "Nothing"]) == 1
    assert "there is no overlay of nothing" in capsys.readouterr().err


def test_an_operation_that_no_overlay_knows_is_told() -> None:
    assert coverage_rows([("new", "Operation")], overlays()) == {
        ("new", "Operation"): "Not looked at yet."
    }


# --- drift ----------------------------------------------------------------------------------------

Mutation = Callable[[dict[str, Any]], None]


def with_member(shapes: dict[str, Any]) -> None:
    shapes["FailedItem"]["members"]["More"] = {"shape": "Identifier"}


def without_member(shapes: dict[str, Any]) -> None:
    del shapes["FailedItem"]["members"]["URI"]


def with_limit(shapes: dict[str, Any]) -> None:
    shapes["IdentifierList"]["max"] = 7


def with_length(shapes: dict[str, Any]) -> None:
    shapes["Identifier"]["max"] = 9


def with_value(shapes: dict[str, Any]) -> None:
    shapes["FailedItemReason"]["enum"] = [*shapes["FailedItemReason"]["enum"], "NOT_VALID_MOOD"]


def without_value(shapes: dict[str, Any]) -> None:
    shapes["FailedItemReason"]["enum"] = shapes["FailedItemReason"]["enum"][1:]


def not_required(shapes: dict[str, Any]) -> None:
    shapes["BatchDisassociateResourceRequest"]["required"] = ["ResourceSetIdentifier"]


@pytest.mark.parametrize(
    ("mutate", "said"),
    [
        (with_member, "output.FailedItems[].More is new (string, min 1, max 2048)"),
        (without_member, "output.FailedItems[].URI is gone (was: string, min 1, max 2048)"),
        (with_limit, "input.Items was list, required, and is list, required, max 7"),
        (with_length, "input.Items[] was string, min 1, max 2048, and is string, min 1, max 9"),
        (with_value, "output.FailedItems[].Reason = NOT_VALID_MOOD is new (enum value)"),
        (without_value, "output.FailedItems[].Reason = NOT_VALID_ARN is gone (was: enum value)"),
        (not_required, "input.Items was list, required, and is list"),
    ],
)
def test_drift_says_what_a_newer_botocore_has_changed(mutate: Mutation, said: str) -> None:
    def models(name: str) -> Mapping[str, Any]:
        if name != "fms":
            return installed(name)
        description = copy.deepcopy(dict(installed(name)))
        mutate(description["shapes"])
        return description

    assert f"fms BatchDisassociateResource: {said}" in drift(models, ["fms"])


def test_drift_says_which_operations_and_services_are_gone_or_new() -> None:
    def models(name: str) -> Mapping[str, Any]:
        if name == "kafka":
            raise UnknownServiceError(service_name=name, known_service_names="")
        if name != "fms":
            return installed(name)
        description = copy.deepcopy(dict(installed(name)))
        operations = description["operations"]
        operations["BatchAssociateThing"] = operations.pop("BatchAssociateResource")
        changed = operations["BatchDisassociateResource"]
        changed["idempotent"] = True
        changed["errors"].append({"shape": "LimitExceededException"})
        return description

    assert drift(models, ["fms"]) == [
        "fms BatchAssociateResource: the operation is gone",
        "fms BatchDisassociateResource: error LimitExceededException is new (yes)",
        "fms BatchDisassociateResource: trait idempotent is new (yes)",
        "kafka: the service is gone",
        "fms BatchAssociateThing: the operation is new in the family",
        "fms BatchAssociateResource: the operation is no more of the family",
    ]


def test_drift_looks_for_new_operations_in_the_services_that_it_is_told(folder: Path) -> None:
    assert drift(names=["fms"], folder=folder) == []
    assert drift(names=["fms", "kafka"], folder=folder) == [
        "kafka BatchAssociateScramSecret: the operation is new in the family",
        "kafka BatchDisassociateScramSecret: the operation is new in the family",
    ]


def test_the_family_of_other_models_is_found_in_them(folder: Path) -> None:
    def models(name: str) -> Mapping[str, Any]:
        return installed(name) if name == "fms" else {"operations": {}, "shapes": {}}

    found = [("fms", "BatchAssociateResource"), ("fms", "BatchDisassociateResource")]
    assert family(models=models) == found
    assert drift(models, recorded=folder, folder=folder) == []


def test_without_drift_there_is_nothing_to_say() -> None:
    assert drift(names=[overlay.service for overlay in overlays()]) == []
    assert len(list(RECORDED.glob("*.json"))) == sum(bool(each.operations) for each in overlays())


@pytest.mark.parametrize(("found", "status"), [([], 0), (["fms: gone"], 1)])
def test_the_exit_status_tells_drift(
    found: list[str],
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("codegen.drift.drift", lambda: found)
    assert main(["drift"]) == status
    assert capsys.readouterr().out.splitlines() == found


@pytest.mark.parametrize(("found", "status"), [([], 0), (["--- a file"], 1)])
def test_the_exit_status_tells_differences(
    found: list[str], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def differences(_files: Mapping[str, str]) -> list[str]:
        return found

    monkeypatch.setattr("codegen.output.render", dict[str, str])
    monkeypatch.setattr("codegen.output.differences", differences)
    assert main(["check"]) == status


# --- rows -----------------------------------------------------------------------------------------


def test_what_a_row_leaves_out_is_what_local_aws_takes_for_it() -> None:
    defaults = {each.name: each.default for each in fields(ServedOperation)}
    assert served._DEFAULTS.items() <= defaults.items()


# --- inference ------------------------------------------------------------------------------------


def sides(service: str, operation: str) -> tuple[StructureShape, StructureShape]:
    model = ServiceModel(installed(service), service).operation_model(operation)
    assert model.input_shape is not None
    assert model.output_shape is not None
    return model.input_shape, model.output_shape


def member_of(shape: StructureShape, name: str) -> Shape:
    listed = shape.members[name]
    assert isinstance(listed, ListShape)
    return listed.member


@pytest.mark.parametrize(
    ("service", "operation", "items", "failed", "naming"),
    [
        (
            "fms",
            "BatchAssociateResource",
            "Items",
            "FailedItems",
            infer.Naming(key=(), entry=("URI",)),
        ),
        (
            "kafka",
            "BatchAssociateScramSecret",
            "SecretArnList",
            "UnprocessedScramSecrets",
            infer.Naming(key=(), entry=("SecretArn",)),
        ),
        (
            "codecommit",
            "BatchAssociateApprovalRuleTemplateWithRepositories",
            "repositoryNames",
            "associatedRepositoryNames",
            infer.Naming(key=(), entry=()),
        ),
        (
            "appstream",
            "BatchAssociateUserStack",
            "UserStackAssociations",
            "errors",
            infer.Naming(
                key=("StackName", "UserName", "AuthenticationType"),
                entry=("StackName", "UserName", "AuthenticationType"),
                inside="UserStackAssociation",
            ),
        ),
    ],
)
def test_the_model_shows_how_entries_name_items(
    service: str, operation: str, items: str, failed: str, naming: infer.Naming
) -> None:
    sent, received = sides(service, operation)
    assert infer.item_list(sent)[0] == items
    found, why = infer.naming(member_of(sent, items), member_of(received, failed), items)
    assert found == naming
    assert why


@pytest.mark.parametrize(
    ("service", "operation", "items", "failed", "said"),
    [
        ("chime-sdk-voice", "AssociatePhoneNumbersWithVoiceConnector", "E164PhoneNumbers",
         "PhoneNumberErrors", "no single member"),
        ("kendra", "AssociatePersonasToEntities", "Personas", "FailedEntityList", "lacks Persona"),
        ("compute-optimizer-automation", "AssociateAccounts", "accountIds", "errors",
         "an entry is no structure"),
    ],
)  # fmt: skip
def test_what_the_model_does_not_show_is_not_guessed(
    service: str, operation: str, items: str, failed: str, said: str
) -> None:
    sent, received = sides(service, operation)
    with pytest.raises(CodegenError, match=said):
        infer.naming(member_of(sent, items), member_of(received, failed), items)


def test_several_lists_and_no_limit_are_not_guessed_about() -> None:
    sent, received = sides("ram", "AssociateResourceShare")
    with pytest.raises(CodegenError, match="several lists"):
        infer.item_list(sent)
    with pytest.raises(CodegenError, match="no list of items has a maximum"):
        infer.max_items(sent, ["principals"])
    with pytest.raises(CodegenError, match="named for failures"):
        infer.failures(received)


def test_every_left_out_operation_has_its_reason() -> None:
    assert read_overlay(OVERLAYS / "ec2.toml").left_out.keys() == {
        "AssociateApplicationStatusCheck",
        "DisassociateApplicationStatusCheck",
    }


# --- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", ""),
        ("<p>The ID.</p>", "The ID."),
        ("<p>The <code>ID</code>\n of a thing. More of it.</p>", "The ``ID`` of a thing."),
        ("<p>The UserID. Unique.</p>", "The UserID."),
        ("<p>A user&apos;s name, e.g. <i>Ann</i></p>", "A user's name, e.g. Ann."),
        ("<p>It\u2019s <b>gone</b> .</p>", "It's gone."),
        (f"<p>{'word ' * 60}</p>", f"{'word ' * 43}..."),
    ],
)
def test_the_first_sentence_is_plain_text(text: str, sentence: str) -> None:
    assert first_sentence(text) == sentence


def test_long_texts_are_wrapped() -> None:
    text = "word " * 40
    for made in (docstring(text, 4), comment(text, 4)):
        assert all(len(line) <= 100 for line in made.splitlines())
        assert len(made.splitlines()) > 1
