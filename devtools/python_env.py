"""The virtual environment that Odoo, its tests and the tools run in."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from . import apt, machine, paths
from .console import Problem, run_logged

FOLDER = Path(__file__).parent
# Python that already has what Odoo needs; ours then adds only the tools.
LIST_PACKAGES = "import sys; print(*(p for p in sys.path if p.endswith('-packages')))"


def python():
    """Python with Odoo's requirements, ours and the tools; made when need be."""
    own = os.environ.get("BILLING_PYTHON")
    wanted = ["addon", "tools"] if own else ["odoo", "addon", "tools"]
    return environment("odoo", wanted, borrow_packages if own else None)


def lint_python():
    return environment("lint", ["lint"])


def environment(name, requirements, prepare=None):
    """Python of a virtual environment with pinned requirements, made when new."""
    files = [FOLDER / f"requirements-{part}.txt" for part in requirements]
    key = paths.digest(sys.executable, sys.version, *(f.read_text() for f in files))
    folder = paths.cache() / "python" / f"{name}-{key}"
    program = folder / "bin" / "python"
    complete = folder / "complete"
    if not complete.exists():
        shutil.rmtree(folder, ignore_errors=True)
        machine.check_space(1)
        make(folder)
        if prepare:
            prepare(folder)
        install(program, files)
        complete.touch()
    return program


def make(folder):
    """A virtual environment with pip, also where Debian split ensurepip off."""
    with_pip = importlib.util.find_spec("ensurepip") is not None
    options = [] if with_pip else ["--without-pip"]
    run_logged(
        [sys.executable, "-m", "venv", *options, folder],
        "venv",
        "Making the virtual environment",
    )
    if not with_pip:
        link = next(folder.glob("lib/python*/site-packages")) / "pip-wheel.pth"
        link.write_text(f"{pip_wheel()}\n")


def pip_wheel():
    """pip as Debian packages it for virtual environments, unpacked in the cache."""
    root = paths.cache() / "pip"
    if not root.exists():
        with machine.new_folder(root) as folder:
            apt.own().unpack(["python3-pip-whl"], folder)
    return next(root.glob("usr/share/python-wheels/pip-*.whl"))


def borrow_packages(folder):
    """Let a virtual environment import what BILLING_PYTHON, our own, can import."""
    command = [sys.executable, "-c", LIST_PACKAGES]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    link = next(folder.glob("lib/python*/site-packages")) / "borrowed.pth"
    link.write_text("\n".join(found.split()) + "\n")


def install(program, files, *options):
    """Install requirements, with one sentence when a package cannot be had."""
    requirements = [part for path in files for part in ("-r", path)]
    try:
        pip(program, "install", *options, *requirements)
    except Problem as problem:
        raise Problem(
            f"{problem} Python packages come from the index that pip is configured "
            "for: check the network and pip's configuration."
        ) from None


def pip(program, *arguments):
    run_logged(
        [program, "-m", "pip", "--disable-pip-version-check", *arguments],
        "pip",
        "Installing Python packages",
    )


def peers(program):
    """Folder of other people's addons for side-by-side measurement."""
    requirements = FOLDER / "requirements-peers.txt"
    key = paths.digest(requirements.read_text())
    folder = paths.cache() / "peers" / key
    if not folder.exists():
        with machine.new_folder(folder) as partial:
            install(program, [requirements], "--no-deps", "--target", partial)
    return folder / "odoo" / "addons"
