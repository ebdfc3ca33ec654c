"""The steps of the Dockerfile are executed: what they leave serves as a user without rights."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from deployment.dockerfile import DOCKERFILE, stages, value_of
from deployment.scratch_root import ScratchRoot

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        sys.platform != "linux" or os.geteuid() != 0 or shutil.which("unshare") is None,
        reason="needs root and mount namespaces",
    ),
]

BUILD, FINAL = stages(DOCKERFILE.read_text())


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> ScratchRoot:
    """The root of the image, as the steps leave it."""
    folder = tmp_path_factory.mktemp("roots")
    for parent in (folder, *folder.parents):
        if parent.is_relative_to(tmp_path_factory.getbasetemp().parent):
            parent.chmod(0o755)  # the image's user has to reach its root
    build, final = ScratchRoot(folder / "build"), ScratchRoot(folder / "final")
    build.build(BUILD, {})
    final.build(FINAL, {"build": build})
    return final


def shell(words: list[str]) -> str:
    """Words as a shell takes them."""
    return " ".join("'" + word.replace("'", "'\\''") + "'" for word in words)


HEALTHY = shell(value_of(FINAL, "HEALTHCHECK").exec_form)
ENTRY = shell(value_of(FINAL, "ENTRYPOINT").exec_form)
SERVE = shell(value_of(FINAL, "CMD").exec_form)
SANDBOX = "sandbox --host 0.0.0.0 --port 8080 --base-url http://localhost:8080"
# Each look takes as long as Python needs to start; the limit of the process ends them.
LIFE = """
{HEALTHY} 2>/dev/null && echo "healthy too early"
{ENTRY} {COMMAND} >/tmp/said 2>&1 & server=$!
until {HEALTHY} 2>/dev/null; do kill -0 $server || {{ cat /tmp/said; exit 1; }}; done
echo healthy
kill -TERM $server; wait $server; echo "ended with $?"
{HEALTHY} 2>/dev/null || echo unhealthy
"""


@pytest.mark.parametrize("command", [SERVE, SANDBOX], ids=["serve", "sandbox"])
def test_the_health_check_passes_while_it_serves_and_fails_before_and_after(
    image: ScratchRoot, command: str
) -> None:
    done = image.run(
        LIFE.format(HEALTHY=HEALTHY, ENTRY=ENTRY, COMMAND=command),
        BILLHOOK_DATABASE="sqlite:////var/lib/billhook/billhook.sqlite3",
        # What Docker adds to containers behind a proxy: the check must not go through it.
        HTTP_PROXY="http://proxy.example:3128",
        http_proxy="http://proxy.example:3128",
    )
    assert done.stdout.splitlines() == ["healthy", "ended with 0", "unhealthy"], done.stderr


def test_it_runs_as_a_user_that_can_change_nothing_that_it_runs(image: ScratchRoot) -> None:
    done = image.run("id -u; touch /opt/billhook/x || touch /etc/x || echo refused; touch x; ls x")
    assert done.stdout.splitlines() == ["10001", "refused", "x"]


def test_it_holds_neither_what_built_it_nor_pip(image: ScratchRoot) -> None:
    left = [name for name in ("src", "dist", "opt/build") if Path(image.folder, name).exists()]
    assert left == []
    programs = {path.name for path in Path(image.folder, "opt/billhook/bin").iterdir()}
    assert "billhook" in programs
    assert not any(name.startswith(("pip", "hatch")) for name in programs)
