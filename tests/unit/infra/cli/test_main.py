"""The command line as a whole."""

import sys

import pytest

from infra.cli import main


def test_interrupted_while_it_loads_it_says_no_more_than_that_it_was(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Loading takes a second: time enough to have second thoughts, and no reason for a traceback."""

    def interrupted(name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(main, "import_module", interrupted)
    monkeypatch.setattr(sys, "argv", ["recoup", "replay", "day.jsonl"])
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 130
    assert capsys.readouterr() == ("", "")
