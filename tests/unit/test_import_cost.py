"""What `import itemwise` brings along: a user pays for the services that they import."""

from __future__ import annotations

import subprocess
import sys

LOADED = "import sys, {module}; print(*sorted(n for n in sys.modules if n.startswith('itemwise.')))"


def loaded_by(module: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", LOADED.format(module=module)],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_importing_itemwise_imports_no_service_and_no_test_server() -> None:
    loaded = loaded_by("itemwise")
    assert not {name for name in loaded if name.startswith("itemwise.services")}
    assert not {name for name in loaded if name.startswith("itemwise.testing")}


def test_importing_a_service_imports_no_other() -> None:
    loaded = loaded_by("itemwise.services.fms")
    services = {name for name in loaded if name.startswith("itemwise.services.")}
    assert services
    assert {name.split(".")[2] for name in services} == {"fms"}


def test_importing_the_test_server_imports_no_service() -> None:
    assert not {n for n in loaded_by("itemwise.testing") if n.startswith("itemwise.services")}
