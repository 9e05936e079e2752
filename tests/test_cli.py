"""The command line."""

import subprocess
import sys

import pytest

from microbp.cli import main


def test_the_playground_is_written(tmp_path, capsys):
    path = tmp_path / "page.html"

    assert 0 == main(["playground", "--no-open", "--lang", "zh", "-o", str(path)])
    assert '<html lang="zh">' in path.read_text(encoding="utf-8")
    assert f"Wrote {path}\n" == capsys.readouterr().out


def test_it_is_opened_in_the_browser(tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    path = tmp_path / "page.html"
    main(["playground", "-o", str(path)])

    assert [path.as_uri()] == opened


def test_what_cannot_be_written_is_said_and_the_code_is_1(tmp_path, capsys):
    path = tmp_path / "no such folder" / "page.html"

    assert 1 == main(["playground", "--no-open", "-o", str(path)])
    assert "no such folder" in capsys.readouterr().err


def test_a_command_that_is_none_is_refused_with_code_2(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["playgroud"])

    assert 2 == stopped.value.code
    assert "playground" in capsys.readouterr().err


def test_the_module_runs():
    done = subprocess.run(
        [sys.executable, "-m", "microbp", "playground", "--help"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert "--lang" in done.stdout
