"""What holds for all tests."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from mutspad import tasks
from mutspad.config.load import load_params
from mutspad.plan.build import build_plan
from mutspad.plan.plan import Plan

PARAMS_FILE = Path(__file__).resolve().parent.parent / "params.yaml"

# A deadline is a time that a busy machine misses, and no test of ours asserts one.
settings.register_profile("any-machine", deadline=None, max_examples=50)
settings.load_profile("any-machine")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with what takes longest, so that no process waits for another at the end."""
    longest = ("pipeline", "adapt", "training", "contract")

    def find_place(item: pytest.Item) -> int:
        folder = item.path.parent.name
        return longest.index(folder) if folder in longest else len(longest)

    items.sort(key=find_place)


@pytest.fixture(scope="session")
def plan_of() -> Callable[..., Plan]:
    """Build the plan of a shipped experiment, with what the command line would say."""

    def build(experiment: str = "demo", **said: Any) -> Plan:
        return build_plan(load_params(PARAMS_FILE, {"experiment": experiment, **said}))

    return build


@pytest.fixture
def mood_plan(plan_of: Callable[..., Plan], forget_tasks: Callable[[], None]) -> Plan:
    """Build a plan with a task of one's own, which this process does not know any more."""
    plan = plan_of(
        tasks={"mood": {"scheme": "plain", "reads": []}},
        training={"loss_weights": {"mood": 0.25}},
        model={"dropout": {"mood": 0.5}},
        distil={"model": {"dropout": {"mood": 0.2}}},
    )
    forget_tasks()
    return plan


@pytest.fixture
def forget_tasks() -> Iterator[Callable[[], None]]:
    """Return a function that forgets all tasks but the paper's; it is called afterwards, too."""

    def forget() -> None:
        for name in [*tasks._SPECS]:
            if name not in tasks.PAPER_TASKS:
                del tasks._SPECS[name]
        tasks.TASKS[:] = tasks.PAPER_TASKS

    yield forget
    forget()
