"""Problems are told in one sentence, with an exit code, never a traceback."""

import socket
from types import SimpleNamespace

import pytest

from devtools import cli, commands, console, machine
from devtools.inside import spread


@pytest.fixture
def dev(monkeypatch, capsys):
    def call(*arguments):
        monkeypatch.setattr("sys.argv", ["dev", *arguments])
        code = cli.main()
        return code, capsys.readouterr()

    return call


def test_help_is_shown_without_a_command(dev):
    code, captured = dev()
    assert code == 0
    assert all(name in captured.out for name in commands.COMMANDS)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["fly"], "There is no command 'fly'"),
        (["run", "--fast"], "does not know '--fast'"),
        (["load"], "Name the file to load"),
        (["load", "absent.csv"], "There is no file"),
        (["bench", "absent"], "Name a benchmark"),
        (["lint", "absent"], "'absent' is none"),
    ],
)
def test_a_wrong_call_is_one_sentence(dev, arguments, expected):
    code, captured = dev(*arguments)
    assert code == 1
    assert expected in captured.err
    assert captured.err.startswith("./dev: ")
    assert captured.err.count("\n") == 1


def test_a_full_disk_is_one_sentence(dev, monkeypatch):
    def fail(_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(commands.COMMANDS, "run", fail)
    code, captured = dev("run")
    assert code == 1
    assert "No space left on device" in captured.err


def test_a_taken_port_is_told_before_work_starts():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(console.Problem, match="BILLING_PORT"):
            machine.check_port(other.getsockname()[1])


@pytest.mark.parametrize("text", ["", "http", "0", "70000"])
def test_a_port_is_a_number(monkeypatch, text):
    monkeypatch.setenv("BILLING_PORT", text)
    with pytest.raises(console.Problem, match="1 to 65535"):
        machine.http_port()


def test_space_is_checked(monkeypatch, tmp_path):
    monkeypatch.setenv("BILLING_CACHE", str(tmp_path))
    with pytest.raises(console.Problem, match="free some space"):
        machine.check_space(10**9)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--database", "a", "x"], ("a", ["x"])),
        (["x", "--database=a"], ("a", ["x"])),
        (["x"], ("default", ["x"])),
    ],
)
def test_take_option(words, expected):
    assert commands.take_option(words, "--database", "default") == expected


@pytest.mark.parametrize(("cores", "expected"), [(2, "2"), (64, "4")])
def test_the_whole_suite_takes_a_process_a_core(monkeypatch, cores, expected):
    monkeypatch.setattr(commands.os, "cpu_count", lambda: cores)
    beside, alone = commands.whole_suite()
    assert beside[2:6] == ["-m", "not browser", "-n", expected]
    assert alone[2:] == ["-m", "browser"]


@pytest.mark.parametrize("cores", [1, None])
def test_the_whole_suite_on_one_core(monkeypatch, cores):
    monkeypatch.setattr(commands.os, "cpu_count", lambda: cores)
    assert commands.whole_suite() == [[]]


def test_what_drives_a_browser():
    class HttpCase:
        pass

    class TestTour(HttpCase):
        pass

    kinds = [TestTour, SimpleNamespace, None]
    assert [spread.drives_browser(kind) for kind in kinds] == [True, False, False]
