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


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let one process have all tests of the miniature world, and else a file; the longest first."""
    world = PARAMS_FILE.parent / "tests" / "pipeline"

    def find_group(item: pytest.Item) -> Path:
        return world if item.path.is_relative_to(world) else item.path

    for item in items:
        item.add_marker(pytest.mark.xdist_group(str(find_group(item))))
    items.sort(
        key=lambda item: (find_group(item) != world, not item.get_closest_marker("pipeline"))
    )


@pytest.fixture(scope="session")
def plan_of() -> Callable[..., Plan]:
    """Build the plan of a shipped experiment, with what the command line would say."""

    def build(experiment: str = "demo", **said: Any) -> Plan:
        return build_plan(load_params(PARAMS_FILE, {"experiment": experiment, **said}))

    return build


@pytest.fixture
def mood_plan(plan_of: Callable[..., Plan], forget_tasks: None) -> Plan:
    """Build a plan with a task of one's own, which this process does not know any more."""
    plan = plan_of(
        tasks={"mood": {"scheme": "plain", "reads": []}},
        training={"loss_weights": {"mood": 0.25}},
        model={"dropout": {"mood": 0.5}},
        distil={"model": {"dropout": {"mood": 0.2}}},
    )
    tasks.forget_tasks()
    return plan


@pytest.fixture
def forget_tasks() -> Iterator[None]:
    """Forget afterwards the tasks that a test adds to those of the process."""
    yield
    tasks.forget_tasks()
