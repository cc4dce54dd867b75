"""What apt says and what we make of it."""

import pytest

from devtools import apt


def test_mirror_is_that_of_the_machines_own_release():
    targets = [
        ("https://vendor.example/apt", "nodistro"),
        ("http://security.example/debian-security", "bookworm-security"),
        ("http://mirror.example/debian/", "bookworm"),
    ]
    release = {"VERSION_CODENAME": "bookworm"}
    assert apt.choose_mirror(targets, release) == "http://mirror.example/debian"


def test_a_disc_is_no_mirror():
    targets = [("cdrom://disc", "bookworm")]
    assert apt.choose_mirror(targets, {"VERSION_CODENAME": "bookworm"}) is None


def test_mirror_on_ubuntu_is_that_of_apts_own_table(tmp_path):
    folder = tmp_path / "usr/share/python-apt/templates"
    folder.mkdir(parents=True)
    (folder / "Debian.info").write_text(
        "_ChangelogURI: http://changelogs.example/%s\n\n"
        "Suite: forky\nBaseURI: http://mirror.example/debian/\n\n"
        "Suite: wheezy/updates\nBaseURI: http://security.example/\n"
    )
    assert apt.mirror_known_to_apt(tmp_path) == "http://mirror.example/debian"
    assert apt.mirror_known_to_apt(tmp_path / "nothing") is None


@pytest.mark.parametrize(
    ("stderr", "expected"),
    [
        ("E: Unable to locate package odoo-19", "odoo-19 is no longer offered"),
        (
            "E: Package 'odoo-19' has no installation candidate",
            "odoo-19 is no longer offered",
        ),
        (
            "W: Failed to fetch x  Temporary failure resolving 'mirror'\n"
            "E: Unable to locate package odoo-19",
            "cannot be reached",
        ),
        (
            "E: Release file for http://mirror.example/debian/dists/sid/InRelease is"
            " expired (invalid since 18d 17h). Updates will not be applied.\n"
            "E: Unable to locate package odoo-19",
            "check the date of this machine",
        ),
        ("E: The repository 'x sid' does not have a Release file.", "Release file"),
    ],
)
def test_apts_words_become_one_sentence(stderr, expected):
    text = str(apt.explain(stderr))
    assert expected in text
    assert text.endswith(".") and "\n" not in text


def test_upgrades_are_no_missing_packages():
    output = (
        "Inst libnss3 (2:3.87 Debian:12 [amd64])\n"
        "Inst libc6 [2.36-9] (2.36-10 Debian:12 [amd64])\n"
        "Conf libnss3 (2:3.87 Debian:12 [amd64])\n"
    )
    assert apt.new_packages(output) == ["libnss3"]
