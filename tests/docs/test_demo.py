"""The demo: what it prints, what it refuses, and that its totals are checked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from examples.offboard import JOBS, main, sample_documents
from itemwise.testing import Ledger, ServedCall

SERVICES = [job.operation.service for job in JOBS]


def row(printed: str, service: str) -> list[str]:
    (line,) = [line for line in printed.splitlines() if line.startswith(f"{service} ")][-1:]
    return line.split()


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    return capsys.readouterr().err


def test_the_job_runs_over_five_services_and_agrees_with_the_ledger(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--items", "40", "--seed", "3"]) == 0

    printed = capsys.readouterr().out
    assert len(SERVICES) == 5
    for service in SERVICES:
        _, items, _, _, _, succeeded, failed, unknown, _ = row(printed, service)
        assert int(items) == 40
        assert int(failed) >= 5
        assert int(succeeded) + int(failed) + int(unknown) == 40
    assert "they agree for every service" in printed


def test_a_ledger_that_differs_is_an_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # A server that has lost its memory stands for a library that claims too much.
    def forget(_ledger: Ledger, _call: ServedCall) -> None:
        pass

    monkeypatch.setattr(Ledger, "record", forget)

    assert main(["--items", "20"]) == 1

    assert "THEY DIFFER" in capsys.readouterr().out


def test_the_requests_of_a_file_run_locally_too(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "requests.json"
    # Python names here, wire names in the sample: both are accepted.
    document = {"resource_set_identifier": "rs-1", "items": ["arn:1", "arn:2"]}
    file.write_text(json.dumps({"fms": document}))

    assert main(["--requests", str(file)]) == 0

    printed = capsys.readouterr().out
    assert row(printed, "fms")[1] == "2"
    assert "ram " not in printed


def test_aws_needs_requests_and_a_yes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "requests.json"
    file.write_text(json.dumps(sample_documents(1)))

    assert "--requests" in refusal(capsys, "--region", "eu-west-1")
    assert "--requests" in refusal(capsys, "--region", "eu-west-1", "--yes")
    assert "--yes" in refusal(capsys, "--region", "eu-west-1", "--requests", str(file))
    assert "--region" in refusal(capsys, "--profile", "prod", "--requests", str(file), "--yes")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "EOF"),
        ('{"s3": {}}', "no such service: s3"),
        ('{"fms": {"Items": []}}', "resource_set_identifier"),
        ('{"fms": {"ResourceSetIdentifier": "rs", "Items": [], "More": 1}}', "More"),
    ],
)
def test_a_bad_file_is_refused_before_anything_is_sent(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "requests.json"
    file.write_text(text)

    assert said in refusal(capsys, "--requests", str(file))


def test_on_aws_the_same_program_runs_with_the_client_of_the_region(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "requests.json"
    file.write_text(json.dumps({"fms": sample_documents(3)["fms"]}))
    # Nothing listens there: the run says so for each item, and the status is an error.
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")

    assert main(["--region", "eu-west-1", "--requests", str(file), "--yes"]) == 1

    assert "3 not attempted" in capsys.readouterr().out


def test_an_unknown_profile_is_said_plainly(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "requests.json"
    file.write_text(json.dumps({"fms": sample_documents(3)["fms"]}))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))

    said = refusal(
        capsys, "--region", "eu-west-1", "--profile", "no-such", "--requests", str(file), "--yes"
    )

    assert "no-such" in said
