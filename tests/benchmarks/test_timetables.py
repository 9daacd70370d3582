import pytest

from benchmarks import timetables
from benchmarks.timetables import read_peak_memory

JOBS = """phase,job,seconds,cpu_seconds,max_rss_mib
pretrain,pretrain/one,9.0,8.0,6144.0
pretrain,pretrain/two,9.0,8.0,2048.0
"""
HEADER = "job,max_rss_mib,commit,instructions,precision"


@pytest.fixture
def again(tmp_path, monkeypatch):
    """Return a function that lists jobs as run again, beside those of the whole run."""
    monkeypatch.setattr(timetables, "FOLDER", tmp_path)
    (tmp_path / "paper.csv").write_text(JOBS)

    def write(*rows):
        lines = [HEADER, *(f"{row},abc,avx2,fp32" for row in rows)]
        (tmp_path / "paper_again.csv").write_text("\n".join(lines) + "\n")

    return write


def peak():
    record = read_peak_memory("paper")
    return record.samples["ours"][""], record.remark


def test_the_largest_job_counts(again):
    assert peak() == ([6.0], "the job pretrain/one")


@pytest.mark.parametrize(
    ("mib", "gib", "largest"),
    [
        (1024, 2.0, "pretrain/two, of the whole run"),
        (3072, 3.0, "pretrain/one, run again"),
        (8192, 8.0, "pretrain/one, run again"),
    ],
)
def test_of_a_job_that_was_run_again_the_later_run_counts(again, mib, gib, largest):
    again(f"pretrain/one,{mib}")
    assert peak() == (
        [gib],
        f"the job {largest}; run again since, by themselves: 1 of 2 jobs, on avx2 in fp32; before, "
        "the largest was pretrain/one with 6.00 GiB",
    )


@pytest.mark.parametrize("rows", [["pretrain/three,1"], ["pretrain/one,"], ["pretrain/one,1"] * 2])
def test_a_job_unknown_unmeasured_or_repeated_is_refused(again, rows):
    again(*rows)
    with pytest.raises(ValueError, match=r"paper_again.csv: expected each job once, .*pretrain/"):
        peak()


def test_without_a_list_there_is_no_figure(tmp_path, monkeypatch):
    monkeypatch.setattr(timetables, "FOLDER", tmp_path)
    record = read_peak_memory("paper")
    assert (record.samples, record.remark) == ({}, "no benchmarks/paper.csv")
