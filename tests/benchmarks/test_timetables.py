import pytest

from benchmarks import timetables
from benchmarks.timetables import read_peak_memory

JOBS = """phase,job,seconds,cpu_seconds,max_rss_mib
pretrain,pretrain/one,9.0,8.0,6144.0
pretrain,pretrain/two,9.0,8.0,2048.0
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(timetables, "FOLDER", tmp_path)
    return tmp_path


def test_the_largest_job_counts(folder):
    (folder / "paper.csv").write_text(JOBS)
    record = read_peak_memory("paper")
    assert record.samples == {"ours": {"": [6.0]}}
    assert record.remark == "the job pretrain/one"


def test_of_a_job_that_was_run_again_the_later_run_counts(folder):
    (folder / "paper.csv").write_text(JOBS)
    (folder / "paper_again.csv").write_text("job,max_rss_mib\npretrain/one,1024\n")
    record = read_peak_memory("paper")
    assert record.samples == {"ours": {"": [2.0]}}
    assert record.remark.startswith(
        "the job pretrain/two; run again since, with later code: 1 of 2 jobs"
    )
    assert record.remark.endswith("the largest was pretrain/one with 6.00 GiB")


def test_a_job_that_the_experiment_lacks_is_refused(folder):
    (folder / "paper.csv").write_text(JOBS)
    (folder / "paper_again.csv").write_text("job,max_rss_mib\npretrain/three,1024\n")
    with pytest.raises(ValueError, match=r"paper_again.csv: expected jobs .* \['pretrain/three'\]"):
        read_peak_memory("paper")


def test_without_a_list_there_is_no_figure(folder):
    record = read_peak_memory("paper")
    assert (record.samples, record.remark) == ({}, "no benchmarks/paper.csv")
