import pytest

from mutspad.models.hierarchy import needed_tasks, read_tasks
from mutspad.tasks import TASKS, Task


def test_a_model_reads_only_what_it_has():
    assert read_tasks(Task.DEP, TASKS) == (Task.POS, Task.CHUNK)
    assert read_tasks(Task.DEP, [Task.DEP, Task.CHUNK]) == (Task.CHUNK,)
    assert read_tasks(Task.DEP, [Task.DEP]) == ()


def test_what_is_read_is_needed_and_nothing_else():
    assert needed_tasks([Task.DEP], TASKS) == (Task.POS, Task.CHUNK, Task.DEP)
    assert needed_tasks([Task.CHUNK], TASKS) == (Task.POS, Task.CHUNK)
    assert needed_tasks([Task.NER, Task.POS], TASKS) == (Task.POS, Task.CHUNK, Task.NER)
    assert needed_tasks([Task.NER], [Task.NER]) == (Task.NER,)


def test_an_absent_task_is_refused():
    with pytest.raises(ValueError, match=r"found .*dep"):
        needed_tasks([Task.DEP], [Task.POS])
