"""The style of every file: ruff, pylint-odoo, prettier and eslint, versions pinned."""

import shutil
import subprocess

from . import machine, paths, python_env
from .console import Problem, run_logged

CONFIGURATION = paths.CHECKOUT / "devtools" / "node"
XML_PLUGIN = "@prettier/plugin-xml/src/plugin.js"
PYTHON_FOLDERS = [paths.ADDON, "devtools", "benchmarks"]


def main(arguments):
    """Run all linters, or those named; --fix mends what can be mended."""
    fix = "--fix" in arguments
    wanted = [word for word in arguments if word != "--fix"] or list(LINTERS)
    unknown = [word for word in wanted if word not in LINTERS]
    if unknown:
        raise Problem(f"Linters are {', '.join(LINTERS)}; {unknown[0]!r} is none.")
    machine.prepare_folders()
    return max(LINTERS[name](fix) for name in wanted)


def ruff(fix):
    python = lint_python()
    check = call(python, "-m", "ruff", "check", *(["--fix"] if fix else []), ".")
    layout = call(python, "-m", "ruff", "format", *([] if fix else ["--check"]), ".")
    return max(check, layout)


def pylint(_fix):
    return call(lint_python(), "-m", "pylint", paths.ADDON)


def prettier(fix):
    modules = node_modules()
    plugin = modules / XML_PLUGIN
    files = tracked("*.xml", "*.js", "*.scss", "*.json", "*.yaml", "*.yml")
    program = modules / ".bin" / "prettier"
    mode = "--write" if fix else "--check"
    return call(program, mode, "--log-level=warn", f"--plugin={plugin}", *files)


def eslint(fix):
    files = [name for name in tracked("*.js") if "/lib/" not in name]
    if not files:
        return 0
    program = node_modules() / ".bin" / "eslint"
    return call(program, *(["--fix"] if fix else []), *files)


LINTERS = {"ruff": ruff, "pylint": pylint, "prettier": prettier, "eslint": eslint}


def lint_python():
    with machine.lock("lint"):
        return python_env.environment("lint", ["lint"])


def node_modules():
    """Folder of the pinned Node tools, kept in the cache."""
    manifest = CONFIGURATION / "package.json"
    folder = paths.cache() / "node" / paths.digest(manifest.read_text())
    with machine.lock("lint"):
        if not folder.exists():
            install_node_tools(manifest, folder)
    return folder / "node_modules"


def install_node_tools(manifest, folder):
    if not shutil.which("npm"):
        raise Problem("npm is missing: install it as root with 'apt-get install npm'.")
    with machine.new_folder(folder) as partial:
        shutil.copy(manifest, partial)
        command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock"]
        run_logged(command, "npm", "Installing prettier and eslint", cwd=partial)


def tracked(*patterns):
    """Files that git knows or would add."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    output = subprocess.run(
        [*command, "--", *patterns],
        cwd=paths.CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [name for name in output.splitlines() if (paths.CHECKOUT / name).exists()]


def call(*command):
    return subprocess.run(
        [str(part) for part in command], cwd=paths.CHECKOUT, stdin=subprocess.DEVNULL
    ).returncode
