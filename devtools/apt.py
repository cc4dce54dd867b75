"""Packages of Debian without root: downloaded and unpacked, never installed.

Everything apt writes goes to a private folder. The mirror and its keys are those
of the machine's own configuration.
"""

import functools
import os
import re
import shutil
import subprocess
from pathlib import Path

from . import machine, paths
from .console import Problem, run_logged

KEYRINGS = [
    Path("/usr/share/keyrings/debian-archive-keyring.gpg"),
    Path("/usr/share/keyrings/debian-archive-keyring.pgp"),
]
CONFIGURATION = """
Dir::State::lists "{folder}/lists";
Dir::Cache "{folder}/cache";
APT::Sandbox::User "";
APT::Install-Recommends "false";
Acquire::Languages "none";
Acquire::Retries "2";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
"""
UNREACHABLE = re.compile(
    "Could not resolve|Temporary failure|Unable to connect|Could not connect|"
    "Connection (failed|timed out|refused)|Network is unreachable"
)
EXPIRED = re.compile(r"Release file for (\S+) is (expired|not valid yet)")
GONE = re.compile(
    r"Unable to locate package (\S+)|"
    r"Package '?([^' ]+)'? has no installation candidate|"
    r"Release '[^']+' for '([^']+)' was not found"
)


class Apt:
    """apt-get on private lists, over the machine's own sources or given ones."""

    def __init__(self, name, sources=None):
        self.folder = paths.cache() / "apt" / name
        self.sources = sources
        self.complaints = ""
        self._configure()
        self._update()

    def targets(self):
        """(address, suite) of each source."""
        output = self._run("indextargets", "--format", "$(SITE) $(CODENAME)")
        return [tuple(line.split()) for line in output.splitlines()]

    def closure(self, packages):
        """Names of the packages that the machine lacks to run these."""
        return new_packages(self._run("install", "--simulate", *packages))

    def offers(self, package):
        try:
            self._run("download", "--print-uris", package)
        except Problem:
            return False
        return True

    def download(self, packages, folder):
        self._run("download", *packages, cwd=folder)

    def unpack(self, packages, root):
        """Unpack packages under a root of their own; returns their file names."""
        archives = root.with_name(f"{root.name}.debs")
        shutil.rmtree(archives, ignore_errors=True)
        archives.mkdir(parents=True)
        self.download(packages, archives)
        found = sorted(archives.glob("*.deb"))
        for archive in found:
            run_logged(["dpkg-deb", "-x", archive, root], "unpack", "Unpacking")
        shutil.rmtree(archives)
        return [archive.name for archive in found]

    def _configure(self):
        if not is_available():
            raise Problem(
                "This machine has no apt-get and dpkg: use Debian or Ubuntu, or name "
                "your own Odoo 19 in BILLING_ODOO and PostgreSQL in PGHOST."
            )
        for part in ("lists/partial", "cache/archives/partial"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        text = CONFIGURATION.format(folder=self.folder)
        if self.sources:
            (self.folder / "sources.list").write_text("\n".join(self.sources) + "\n")
            text += f'Dir::Etc::sourcelist "{self.folder}/sources.list";\n'
            text += 'Dir::Etc::sourceparts "/dev/null";\n'
        (self.folder / "apt.conf").write_text(text)

    def _update(self):
        """Refresh the lists; a source that fails matters only if it is needed."""
        result = self._call("update")
        if result.returncode or "Failed to fetch" in result.stderr:
            self.complaints = result.stderr

    def _run(self, *arguments, cwd=None):
        result = self._call(*arguments, cwd=cwd)
        if result.returncode:
            raise explain(self.complaints + result.stderr)
        return result.stdout

    def _call(self, *arguments, cwd=None):
        return subprocess.run(
            ["apt-get", "-q", "-c", str(self.folder / "apt.conf"), *arguments],
            cwd=cwd,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )


def new_packages(simulation):
    """Names that apt would install, without those it would merely upgrade."""
    return re.findall(r"^Inst (\S+) \(", simulation, re.MULTILINE)


def explain(stderr):
    """The problem that apt's own words describe."""
    missing = GONE.search(stderr)
    if UNREACHABLE.search(stderr):
        return Problem(
            "The package mirror cannot be reached: check the network and the sources "
            "of apt, or name another Debian mirror in BILLING_DEBIAN_MIRROR."
        )
    if expired := EXPIRED.search(stderr):
        return Problem(
            f"The lists of {expired.group(1)} have expired: check the date of this "
            "machine, or name another Debian mirror in BILLING_DEBIAN_MIRROR."
        )
    if missing:
        return PackageGone(next(name for name in missing.groups() if name))
    lines = re.findall(r"^[EW]: (.*)$", stderr, re.MULTILINE)
    reason = lines[-1].rstrip(".") if lines else stderr.strip()[-200:]
    return Problem(
        f"apt could not get the packages ({reason}): check the sources of apt, "
        "or name another Debian mirror in BILLING_DEBIAN_MIRROR."
    )


class PackageGone(Problem):
    """The suite does not offer a package any more."""

    def __init__(self, package):
        super().__init__(
            f"The package {package} is no longer offered: "
            "name your own Odoo 19 in BILLING_ODOO (see ./dev help)."
        )


def is_available():
    return bool(shutil.which("apt-get") and shutil.which("dpkg-deb"))


def is_ubuntu():
    release = machine.os_release()
    return "ubuntu" in (release.get("ID", ""), *release.get("ID_LIKE", "").split())


@functools.lru_cache
def own():
    """apt over the machine's own sources, refreshed once a start."""
    return Apt("own")


def debian_mirror():
    """Mirror named by the user, or the one the machine's own packages come from."""
    if os.environ.get("BILLING_DEBIAN_MIRROR"):
        return os.environ["BILLING_DEBIAN_MIRROR"].rstrip("/")
    mirror = choose_mirror(own().targets(), machine.os_release())
    if is_ubuntu():
        mirror = mirror_known_to_apt(unpacked("python-apt-common"))
    if mirror:
        return mirror
    if own().complaints:
        raise explain(own().complaints)
    raise Problem(
        "No Debian mirror is known on this machine: set BILLING_DEBIAN_MIRROR to the "
        "address of one, or name your own Odoo 19 in BILLING_ODOO."
    )


def choose_mirror(targets, release):
    """Address of the first source that offers the machine's release."""
    suites = {release.get("VERSION_CODENAME"), "sid"}
    for address, suite in targets:
        if suite in suites and address.startswith(("http", "mirror", "file")):
            return address.rstrip("/")
    return None


def mirror_known_to_apt(root):
    """Debian's mirror in the table of distributions that Ubuntu ships for apt."""
    table = root / "usr/share/python-apt/templates/Debian.info"
    text = table.read_text() if table.exists() else ""
    found = re.search(r"^BaseURI: *(http\S+/debian)/?$", text, re.MULTILINE)
    return found and found.group(1)


def unpacked(package):
    """Folder with a package of the machine's own distribution."""
    root = paths.cache() / package
    if not root.exists():
        with machine.new_folder(root) as folder:
            own().unpack([package], folder)
    return root


def debian_keyring():
    """Debian's keys; on Ubuntu they come from a package that Ubuntu signs."""
    found = [path for path in KEYRINGS if path.exists()]
    if found:
        return found[0]
    root = unpacked("debian-archive-keyring")
    return next(root.glob("usr/share/keyrings/debian-archive-keyring.*"))


def debian(*suites):
    """apt over suites of Debian, whatever the machine's own are."""
    mirror, keyring = debian_mirror(), debian_keyring()
    sources = [f"deb [signed-by={keyring}] {mirror} {suite} main" for suite in suites]
    return Apt("-".join(suites), sources)
