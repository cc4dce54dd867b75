"""Odoo 19 itself: the user's own, or Debian's package unpacked in the cache."""

import os
from pathlib import Path

from . import apt, machine, paths
from .console import Problem

PACKAGE = "odoo-19"
# Odoo's package links to files of these by relative paths.
HELPERS = [
    "fonts-inconsolata",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
]
# The font of this release has the layout that Odoo's links expect.
FONT_SUITE = "trixie"
LIBRARY = "usr/lib/python3/dist-packages"
# Debian leaves this video effect out; its absence is an error in every page.
LEFT_OUT = "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"


def root():
    """Folder that holds Odoo's package `odoo`; fetched first when need be."""
    if os.environ.get("BILLING_ODOO"):
        return own_root(Path(os.environ["BILLING_ODOO"]).expanduser().absolute())
    return unpacked() or fetch()


def own_root(place):
    """Accept a checkout, a folder with the package, the package, or odoo-bin."""
    for folder in (place, place.parent):
        if (folder / "odoo" / "release.py").exists():
            return folder
    raise Problem(
        f"BILLING_ODOO names {place}, where no Odoo is: "
        "name a checkout of Odoo 19 or the folder that holds its package 'odoo'."
    )


def addons_path(odoo_root):
    """Odoo's addons and ours."""
    candidates = [odoo_root / "addons", odoo_root / "odoo" / "addons"]
    # Debian ships the first as well; the second alone is complete there.
    if (candidates[1] / "account").exists():
        candidates = candidates[1:]
    found = [str(path) for path in candidates if path.exists()]
    return ",".join([*found, str(paths.CHECKOUT)])


def unpacked():
    """Odoo in the cache, if it is there."""
    library = target() / LIBRARY
    return library if library.exists() else None


def target():
    return paths.cache() / "odoo"


def version(odoo_root):
    """What to call this Odoo: the package's version, or the folder of one's own."""
    packages = target() / "PACKAGES"
    if odoo_root.is_relative_to(target()) and packages.exists():
        names = packages.read_text().splitlines()
        return next(name.split("_")[1] for name in names if name.startswith(PACKAGE))
    return str(odoo_root)


def fetch():
    """Download and unpack Odoo; it takes its place in the cache when complete."""
    machine.check_space(4)
    source = source_of_packages()
    with machine.new_folder(target()) as folder:
        font = "fonts-font-awesome"
        fonts = f"{font}/{FONT_SUITE}" if source.sources else font
        names = source.unpack([PACKAGE, *HELPERS, fonts], folder)
        (folder / "PACKAGES").write_text("\n".join(names) + "\n")
        add_left_out(folder / LIBRARY)
    return target() / LIBRARY


def source_of_packages():
    """Ubuntu's own package of Odoo where there is one, else Debian's."""
    if apt.is_ubuntu() and not os.environ.get("BILLING_DEBIAN_MIRROR"):
        if apt.own().offers(PACKAGE):
            return apt.own()
    return apt.debian("sid", FONT_SUITE)


def add_left_out(library):
    path = library / LEFT_OUT
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
