"""What is imported is frozen, and the collector goes on as it was."""

import gc
import sys
from collections.abc import Iterator

import pytest

import mutspad.cli
from mutspad.cli.main import main
from mutspad.startup import uncollected


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    yield
    gc.unfreeze()
    gc.enable()


def test_objects_made_inside_are_frozen_and_the_collector_goes_on() -> None:
    before = gc.get_freeze_count()
    with uncollected():
        assert not gc.isenabled()
        made = [[number] for number in range(1000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() >= before + len(made)


def test_a_failing_import_leaves_the_collector_on() -> None:
    with pytest.raises(ModuleNotFoundError), uncollected():
        import mutspad.nothing  # type: ignore[import-not-found] # noqa: F401
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    with uncollected():
        pass
    assert not gc.isenabled()


def test_a_verb_is_imported_so_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "mutspad.cli.describe", raising=False)
    # The package's attribute goes back with the entry: one module, not two.
    monkeypatch.setattr(mutspad.cli, "describe", None, raising=False)
    gc.unfreeze()
    for expected in (True, False):
        with pytest.raises(SystemExit):
            main(["describe", "--help"])
        assert (gc.get_freeze_count() > 0) is expected
        gc.unfreeze()
