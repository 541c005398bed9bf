"""The command as it is typed."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from infra.cli.main import app
from infra.cost.model import NOT_IN_IT
from infra.cost.prices import BUNDLED


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app(["cost"]), ["cost", *arguments], env={"COLUMNS": "100"})


def _json(*arguments: str) -> dict[str, Any]:
    result = _run("--json", *arguments)
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def test_the_lines_add_up_to_the_total() -> None:
    told = _json("--carts", "1000000")
    dollars = [line["dollars"] for line in told["lines"]]
    providers = [one["dollars"] for one in told["lines"] if one["service"].startswith("Provider: ")]
    assert told["dollars"] == pytest.approx(sum(dollars), abs=0.2)
    assert told["dollars_without_providers"] == pytest.approx(sum(dollars) - sum(providers), abs=0.2)
    assert told["not_included"] == list(NOT_IN_IT)
    assert 9 < told["events"] / told["carts"] < 11


def test_a_hundred_times_the_carts_cost_no_more_than_that() -> None:
    """Nothing in it grows faster than the shop does; what is free or idle makes the small one dearer a cart."""
    small, large = _json("--carts", "1000000"), _json("--carts", "100000000")
    assert 20 < large["dollars_without_providers"] / small["dollars_without_providers"] <= 110


def test_a_message_costs_what_its_provider_takes() -> None:
    usual, dearer = _json(), _json("--sms-price", "1", "--email-price", "0")
    amounts = {line["service"]: line for line in dearer["lines"]}
    assert amounts["Provider: sms"]["dollars"] == amounts["Provider: sms"]["amount"]
    assert amounts["Provider: email"]["dollars"] == 0
    assert usual["dollars_without_providers"] == dearer["dollars_without_providers"]


def test_the_table_can_be_priced_again(tmp_path: Path) -> None:
    table = yaml.safe_load(BUNDLED.read_text())
    table["prices"]["firestore_writes"].update(price=9.0, free=0)
    mine = tmp_path / "mine.yaml"
    mine.write_text(yaml.safe_dump(table))
    before, after = (
        {(one["service"], one["what"]): one for one in _json(*a)["lines"]}
        for a in ((), ("--prices", str(mine)))
    )
    writes = ("Firestore", "writes")
    assert after[writes]["dollars"] == pytest.approx(after[writes]["amount"] / 100_000 * 9, rel=0.01)
    assert before[writes]["amount"] == after[writes]["amount"]


def test_the_screen_says_what_is_left_out() -> None:
    result = _run("--carts", "1000000")
    assert result.exit_code == 0
    assert "1,000,000 carts a month" in result.stdout
    assert "Google Cloud" in result.stdout
    for one in NOT_IN_IT:
        assert one in result.stdout


@pytest.mark.parametrize("name", ["no-such.yaml", "empty.yaml"])
def test_a_table_that_is_no_table_is_one_clear_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty.yaml").write_text("")
    result = _run("--prices", str(tmp_path / name))
    assert result.exit_code == 2
    assert result.output.startswith("recoup: ")
    assert "Traceback" not in result.output
