"""Executes the steps of a Dockerfile without Docker: each in a root folder, as the step's user.

The base image is replaced by this machine's programs, mounted read-only in a mount namespace of
each step. Needs root on Linux; the mounts end with the step.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from deployment.dockerfile import ROOT, Instruction, copies, is_sent

_PROGRAMS = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/dev")
_SETTINGS = (
    "passwd", "group", "shadow", "gshadow", "login.defs", "default", "nsswitch.conf", "hosts",
    "resolv.conf", "ssl", "ld.so.cache", "pip.conf", "alternatives",
)  # fmt: skip
_MOUNT = """
set -e
root=$1; shift
for folder in $READ_ONLY; do
  mkdir -p "$root$folder"
  mount --rbind "$folder" "$root$folder"
  mount -o remount,bind,ro "$root$folder"
done
mkdir -p "$root/proc" "$root/tmp" && chmod 1777 "$root/tmp"
mount -t proc proc "$root/proc"
[ -z "$ISOLATED" ] || ip link set lo up
exec chroot --userspec="$AS" "$root" /bin/sh -c "$1"
"""


class ScratchRoot:
    """The root folder of one stage."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.user, self.place = "0:0", "/"
        self.environ = {"PATH": f"{sys.base_prefix}/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
        (folder / "etc").mkdir(parents=True)
        folder.chmod(0o755)
        for name in _SETTINGS:
            source = Path("/etc", name)
            if source.is_dir():
                shutil.copytree(source, folder / "etc" / name, symlinks=True)
            elif source.exists():
                shutil.copy2(source, folder / "etc" / name)

    def build(self, stage: list[Instruction], others: dict[str, ScratchRoot]) -> None:
        """Execute the steps of a stage, in order. Raises AssertionError where one fails."""
        for step in stage:
            match step.name:
                case "RUN":
                    done = self.run(step.value, network=True)
                    assert done.returncode == 0, f"RUN {step.value}\n{done.stdout}{done.stderr}"
                case "COPY":
                    self._copy(step, others)
                case "WORKDIR":
                    self.place = step.value
                    self._at(step.value).mkdir(parents=True, exist_ok=True)
                case "USER":
                    self.user = step.value
                case "ENV":
                    for one in shlex.split(step.value):
                        name, _, value = one.partition("=")
                        self.environ[name] = value.replace("$PATH", self.environ["PATH"])
                case _:
                    pass

    def run(
        self, command: str, *, network: bool = False, **environ: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of a shell in the root, without a network unless it needs one."""
        given = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        paths = [
            value for value in given.values() if value.startswith("/") and Path(value).exists()
        ]
        folders = [path for path in _PROGRAMS if Path(path).exists()] + [sys.base_prefix]
        for path in paths:
            self._at(str(Path(path).parent)).mkdir(parents=True, exist_ok=True)
            if Path(path).is_dir():
                folders.append(path)
            elif not self._at(path).exists():
                shutil.copy2(path, self._at(path))
        settings = {**(given if network else {}), **self.environ, **environ}
        words = " ".join(f"{name}={shlex.quote(value)}" for name, value in settings.items())
        script = f"cd {self.place} && exec env -i {words} /bin/sh -c {shlex.quote(command)}"
        isolated = [] if network else ["--net"]
        return subprocess.run(
            [
                "unshare",
                "--mount",
                *isolated,
                "/bin/sh",
                "-c",
                _MOUNT,
                "sh",
                str(self.folder),
                script,
            ],
            env={
                "PATH": os.environ["PATH"],
                "READ_ONLY": " ".join(folders),
                "AS": self.user,
                "ISOLATED": "" if network else "yes",
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=540,
        )

    def _at(self, path: str) -> Path:
        return self.folder / path.lstrip("/")

    def _copy(self, step: Instruction, others: dict[str, ScratchRoot]) -> None:
        ((source, names, target),) = copies([step])
        ignore = (ROOT / ".dockerignore").read_text()
        absolute = target if target.startswith("/") else f"{self.place}/{target}"
        for name in names:
            origin = ROOT / name if source is None else others[source]._at(name)
            to = self._at(absolute) / (origin.name if absolute.endswith("/") else "")
            if origin.is_file():
                assert source is not None or is_sent(name, ignore), f"{name} is not sent"
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(origin, to)
            else:
                shutil.copytree(
                    origin, to, symlinks=True, ignore=_unsent if source is None else None
                )


def _unsent(folder: str, names: list[str]) -> set[str]:
    ignore, below = (ROOT / ".dockerignore").read_text(), Path(folder).relative_to(ROOT)
    return {name for name in names if not is_sent(str(below / name), ignore)}
