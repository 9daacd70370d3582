import pytest

from mutspad.report.tables.table3 import table3


@pytest.fixture
def build(read_results):
    return lambda **changes: table3(read_results(**changes))


def cells(table, label):
    lines = table.markdown.splitlines()
    rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return next(row for row in rows if row[0] == label)


def test_the_three_rows_with_the_paper_s_values_and_computed_mnrg(build):
    table = build()
    assert table.title.startswith("Table 3 (paper):")
    # Gains of 50, 25, 20 and 30 per cent.
    assert cells(table, "w/o unif.")[1:] == [
        "90.00 ± 1.41 (94.08)",
        "70.00 ± 1.41 (79.17)",
        "52.00 ± 1.41 (43.34)",
        "79.00 ± 1.41 (84.87)",
        "27.5 ± 1.2 (26.52)",
        "75.00 ± 1.41",
        "68.00 ± 1.41",
    ]
    assert cells(table, "w/ source unif.")[5] == "37.5 ± 1.6 (30.46)"
    assert cells(table, "w/ source+target unif.")[5].endswith("(31.32)")
    assert "computed here from its scores" in table.markdown
    assert not [name for name in table.frame.columns if name.endswith("_published")]


def test_the_order_is_the_paper_s_whatever_the_report_s(build, report):
    turned = dict(reversed(report.table3.items()))
    table = build(report=report.model_copy(update={"table2": report.table2, "table3": turned}))
    assert list(table.frame["row"]) == [
        "without_unification",
        "source_unification",
        "source_target_unification",
    ]


def test_a_row_that_has_not_run(build, report):
    part = {"without_unification": report.table3["without_unification"]}
    table = build(report=report.model_copy(update={"table2": report.table2, "table3": part}))
    assert cells(table, "w/ source unif.")[1:6] == [
        "not run yet (94.36)",
        "not run yet (79.67)",
        "not run yet (43.21)",
        "not run yet (85.77)",
        "not run yet (30.46)",
    ]


def test_the_reference_of_mnrg_is_table_2_s(build, report):
    table = build(report=report.model_copy(update={"table2": {}, "table3": report.table3}))
    assert cells(table, "w/o unif.")[5] == "not run yet (26.52)"
    assert table.frame["mnrg"].isna().all()


def test_hyper_parameters_that_are_not_the_paper_s_are_noted(build, scores):
    assert "Not the paper's hyper-parameters" not in build().markdown
    for seed in scores[:2]:
        seed["config"]["model"]["parser"]["hidden"] = 200
        seed["config"]["model"]["char_dim"] = 16
    assert (
        "Not the paper's hyper-parameters (5.3): model.char_dim 16 (50); "
        "model.parser.hidden 200 (400)"
    ) in build().markdown


def test_smaller_word_vectors_are_noted_too(build, vectors):
    vectors["dim"] = 32
    assert "Not the paper's hyper-parameters (5.3): vectors.dim 32 (300)." in build().markdown
