"""What holds for all tests."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from mutspad import tasks
from mutspad.config import load_params
from mutspad.plan.build import build_plan
from mutspad.plan.plan import Plan

PARAMS_FILE = Path(__file__).resolve().parent.parent / "params.yaml"

# A deadline is a time that a busy machine misses, and no test of ours asserts one.
settings.register_profile("any-machine", deadline=None, max_examples=50)
settings.load_profile("any-machine")


@pytest.fixture(scope="session")
def plan_of() -> Callable[..., Plan]:
    """Build the plan of a shipped experiment, with what the command line would say."""

    def build(experiment: str = "demo", **said: Any) -> Plan:
        return build_plan(load_params(PARAMS_FILE, {"experiment": experiment, **said}))

    return build


@pytest.fixture
def forget_tasks() -> Iterator[None]:
    """Forget afterwards the tasks that a test adds to those of the process."""
    before = dict(tasks._SPECS)
    yield
    tasks._SPECS.clear()
    tasks._SPECS.update(before)
