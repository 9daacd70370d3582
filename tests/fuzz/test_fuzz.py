import json
import random

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mutspad.data import conllup
from mutspad.errors import CorpusError
from tests.fuzz import driver
from tests.fuzz.driver import fuzz, mutate
from tests.fuzz.targets import PARTS, TARGETS, Target, WrongError, base_params

FEW = {"params": 25, "model": 60, "elmo": 60, "huggingface": 40}
EXAMPLES = 40
RULES = settings(max_examples=EXAMPLES, derandomize=True, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_reads_what_it_begins_with(name):
    assert any(TARGETS[name](seed) for seed in TARGETS[name].seeds())


@pytest.mark.parametrize("name", TARGETS)
def test_a_short_run_finds_nothing(name):
    target = TARGETS[name]
    found = fuzz(target, target.seeds(), target.pieces, seed=1, inputs=FEW.get(name, 150))
    assert found.failures == {}
    assert found.refused > 0


@st.composite
def arranged(draw, target):
    """Take lines of the seeds in any order, with anything in between."""
    lines = [line for seed in target.seeds() for line in seed.splitlines(keepends=True)]
    known = st.sampled_from([*lines, *target.pieces])
    parts = st.lists(known | st.binary(max_size=3) | st.text(max_size=3).map(str.encode))
    return b"".join(draw(parts))


@pytest.mark.parametrize("name", [name for name in TARGETS if name not in FEW])
@given(data=st.data())
@RULES
def test_whatever_the_lines_nothing_is_lost_unsaid(name, data):
    TARGETS[name](data.draw(arranged(TARGETS[name])))


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from((-1, 0, 1, 2**31, 10**30, "pos", "tweets", "O"))
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5) | st.sampled_from(("pos", "kind")), inner, max_size=3)
    ),
    max_leaves=6,
)


def places(value, path=()):
    """List the paths to everything in nested mappings and lists."""
    if isinstance(value, dict):
        items = value.items()
    else:
        items = enumerate(value) if isinstance(value, list) else ()
    return [path, *(each for key, item in items for each in places(item, (*path, key)))]


def changed(value, path, new):
    """Return a copy with something else at a path."""
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = changed(value[path[0]], path[1:], new)
    return copy


@st.composite
def altered(draw, value):
    """Put arbitrary values in one place or a few, or beside what is there."""
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(places(value)[1:] or [()]))
        new = draw(VALUES)
        if path and isinstance(path[-1], str) and draw(st.booleans()):
            path, key = path[:-1], draw(st.text(max_size=5))
            inside = value
            for step in path:
                inside = inside[step]
            new = {**inside, key: new}
        value = changed(value, path, new)
    return value


@given(data=st.data())
@RULES
def test_whatever_the_parameters_they_are_runs_or_an_error(data):
    section = data.draw(st.sampled_from(sorted(base_params())))
    top = data.draw(altered({section: base_params()[section]}) | VALUES)
    TARGETS["params"](yaml.safe_dump(top, allow_unicode=True).encode())


@pytest.mark.parametrize("name", ["model", "elmo", "huggingface"])
@given(data=st.data())
@RULES
def test_whatever_the_description_it_is_a_model_or_an_error(name, data):
    (seed,) = TARGETS[name].seeds()
    description, files = seed.split(PARTS, 1)
    values = data.draw(altered(json.loads(description)) | VALUES)
    TARGETS[name](json.dumps(values).encode() + PARTS + files)


def test_a_lost_sentence_is_noticed(monkeypatch):
    every = conllup.blocks
    monkeypatch.setattr(conllup, "blocks", lambda lines: [*every(lines)][:-1])
    with pytest.raises(WrongError, match="1 were read, 2 are there"):
        TARGETS["conllup"](TARGETS["conllup"].seeds()[0])


def test_an_error_without_its_place_is_noticed():
    def nameless(data, folder):
        raise CorpusError("somewhere", 3, expected="this", found="that")

    def without_line(data, folder):
        raise CorpusError(folder / "a", None, expected="this", found="that")

    with pytest.raises(WrongError, match="no file is named"):
        Target(nameless, list)(b"")
    with pytest.raises(WrongError, match="no line is named"):
        Target(without_line, list)(b"")


def test_the_driver_finds_a_mistake_that_was_there(monkeypatch):
    monkeypatch.setattr(conllup, "_refuse_repeated_comments", lambda path, block: None)
    target = TARGETS["conllup"]
    found = fuzz(target, target.seeds(), target.pieces, seed=1, inputs=1200)
    assert [*found.failures] == ["WrongError at outside sentence ids"]
    assert len(found.kept) > 10


def test_a_reader_that_does_not_come_back_is_a_failure(monkeypatch):
    monkeypatch.setattr(driver, "HANG", 0.05)

    def endless(data):
        try:
            while True:
                pass
        except Exception:  # as around a library that raises whatever it likes
            return

    (failure,) = fuzz(endless, [b""], [], seed=1, inputs=1).failures
    assert failure.startswith("HangError")


def test_mutations_repeat_with_their_seed():
    inputs = [
        [mutate(b"1\tx\n\n2\ty\n", [b"a\nb"], [b"_"], dice) for _ in range(50)]
        for dice in (random.Random(3), random.Random(3))  # noqa: S311
    ]
    assert inputs[0] == inputs[1]
    assert len(set(inputs[0])) > 30
