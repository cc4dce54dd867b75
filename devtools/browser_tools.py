"""Chromium, wkhtmltopdf and poppler: the machine's own, else unpacked in the cache.

Programs unpacked beside the system do not find their libraries and fonts, so each
gets a small script that says where these are.
"""

import platform
import shutil

from . import apt, machine, paths
from .console import Problem

PROGRAMS = {
    "chromium": ("chromium", "usr/lib/chromium/chromium"),
    "wkhtmltopdf": ("wkhtmltopdf", "usr/bin/wkhtmltopdf"),
    "pdftotext": ("poppler-utils", "usr/bin/pdftotext"),
    "pdftoppm": ("poppler-utils", "usr/bin/pdftoppm"),
}
# Debian's own script of Chromium reads this variable as well. A test browser has no
# business with anybody's servers but ours.
QUIET_BROWSER = {
    "CHROMIUM_FLAGS": "--disable-component-update --disable-sync --no-pings "
    "--disable-domain-reliability --disable-quic"
}
# Names under which a browser that Odoo's tests accept may be installed.
BROWSERS = ("google-chrome", "chromium", "google-chrome-stable")
# Newer releases lack wkhtmltopdf; this one's runs on them.
OLD_SUITE = "bookworm"
FONT_CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>{root}/usr/share/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>{root}/var/cache/fontconfig</cachedir>
  <include ignore_missing="yes">{root}/etc/fonts/conf.d</include>
</fontconfig>
"""
SCRIPT = """#!/bin/sh
root='{root}'
lib="$root/usr/lib/{triplet}"
export LD_LIBRARY_PATH="$lib:$root/lib/{triplet}:$lib/nss:$lib/pulseaudio"
export FONTCONFIG_FILE="$root/fonts.conf" QT_PLUGIN_PATH="$lib/qt5/plugins"
export XDG_DATA_DIRS="$root/usr/share:/usr/local/share:/usr/share"
export LIBGL_DRIVERS_PATH="$lib/dri" QT_QPA_PLATFORM="${{QT_QPA_PLATFORM:-offscreen}}"
exec "$root/{program}" {flags} "$@"
"""


def ensure(names):
    """Folders with scripts of the programs that the machine lacks."""
    missing = [name for name in names if not is_installed(name)]
    packages = sorted({PROGRAMS[name][0] for name in missing})
    return [scripts_of(package) for package in packages]


def scripts_of(package):
    """Folder with the scripts of one package, unpacked first when need be."""
    root = paths.cache() / "tools" / package
    if not root.exists():
        if not apt.is_available():
            raise Problem(f"{package} is missing: install it on this machine.")
        machine.check_space(1)
        source = source_of(package)
        with machine.new_folder(root) as partial:
            source.unpack(source.closure([package]), partial)
            write_scripts(package, partial, root)
    return root / "scripts"


def is_installed(name):
    names = BROWSERS if name == "chromium" else (name,)
    return any(shutil.which(candidate) for candidate in names)


def source_of(package):
    """apt over the machine's own sources, or over Debian's older release."""
    if apt.own().offers(package) and not apt.is_ubuntu():
        return apt.own()
    return apt.debian(OLD_SUITE)


def write_scripts(package, folder, root):
    """Write into the folder what will be right when it has moved to its place."""
    (folder / "fonts.conf").write_text(FONT_CONFIGURATION.format(root=root))
    (folder / "scripts").mkdir()
    triplet = f"{platform.machine()}-linux-gnu"
    programs = {k: path for k, (owner, path) in PROGRAMS.items() if owner == package}
    for name, program in programs.items():
        script = folder / "scripts" / name
        flags = "${CHROMIUM_FLAGS:-}" if name == "chromium" else ""
        values = {"root": root, "triplet": triplet, "program": program, "flags": flags}
        script.write_text(SCRIPT.format(**values))
        script.chmod(0o755)
