"""Places, stamps and half-done work."""

import io

import pytest

from devtools import (
    browser_tools,
    console,
    database,
    machine,
    odoo_source,
    paths,
    postgres,
)


def test_places_follow_the_variables(monkeypatch, tmp_path):
    monkeypatch.setenv("BILLING_CACHE", str(tmp_path))
    monkeypatch.delenv("BILLING_DATA", raising=False)
    assert paths.cache() == tmp_path
    assert paths.data() == tmp_path / "data"


def test_a_long_path_gets_a_short_socket(monkeypatch, tmp_path):
    monkeypatch.setenv("BILLING_DATA", str(tmp_path / ("x" * 120)))
    assert len(str(postgres.socket_folder())) <= postgres.LONGEST_SOCKET_FOLDER


def test_ones_own_server_is_used_as_named(monkeypatch):
    monkeypatch.setenv("PGHOST", "db.example")
    monkeypatch.setenv("PGUSER", "me")
    assert postgres.environment()["PGHOST"] == "db.example"
    monkeypatch.setenv("PGUSER", "postgres")
    with pytest.raises(console.Problem, match="CREATEDB"):
        postgres.environment()


def test_fingerprint_ignores_what_no_database_holds(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "model.py").write_text("a")
    before = database.fingerprint(tmp_path)
    (tmp_path / "tests" / "test_model.py").write_text("b")
    assert database.fingerprint(tmp_path) == before
    (tmp_path / "model.py").write_text("c")
    assert database.fingerprint(tmp_path) != before


def test_an_interrupted_folder_is_no_folder(tmp_path):
    target = tmp_path / "odoo"
    with pytest.raises(ZeroDivisionError), machine.new_folder(target):
        raise ZeroDivisionError
    assert not target.exists()
    with machine.new_folder(target) as partial:
        (partial / "file").touch()
    assert (target / "file").exists()


@pytest.mark.parametrize("place", [".", "odoo", "odoo-bin"])
def test_ones_own_odoo_is_found(tmp_path, place):
    (tmp_path / "odoo").mkdir()
    (tmp_path / "odoo" / "release.py").touch()
    (tmp_path / "odoo-bin").touch()
    assert odoo_source.own_root((tmp_path / place).absolute()) == tmp_path


def test_a_folder_without_odoo_is_a_problem(tmp_path):
    with pytest.raises(console.Problem, match="no Odoo is"):
        odoo_source.own_root(tmp_path)


def test_scripts_point_at_where_the_folder_will_be(tmp_path):
    browser_tools.write_scripts("poppler-utils", tmp_path, "/final")
    script = (tmp_path / "scripts" / "pdftotext").read_text()
    assert "root='/final'" in script and "usr/bin/pdftotext" in script


def test_progress_numbers_the_steps():
    stream = io.StringIO()
    progress = console.Progress(2, stream)
    with progress.step("One"):
        pass
    assert stream.getvalue().startswith("[1/2] One ...\n[1/2] One: ready")


def test_a_failed_program_names_its_log(monkeypatch, tmp_path):
    monkeypatch.setenv("BILLING_DATA", str(tmp_path))
    with pytest.raises(console.Problem, match=r"Sleeping failed: read .*a\.log \(no\)"):
        console.run_logged(["sh", "-c", "echo no; exit 3"], "a", "Sleeping")


def test_odoos_last_words_are_found_in_its_log(tmp_path):
    log = tmp_path / "odoo.log"
    log.write_text(
        "2026-01-01 10:00:00,001 7 CRITICAL db odoo: Failed\n"
        "Traceback (most recent call last):\nValueError: no such field\n"
        "2026-01-01 10:00:00,002 7 INFO db odoo.sql_db: Closed\n"
    )
    assert console.last_line(log) == "ValueError: no such field"
