"""What these tests share."""

from pathlib import Path

import pytest

from tests.deployment_scripts.stage import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A machine whose gcloud, terraform and Python only pretend."""
    return Stage(tmp_path)
