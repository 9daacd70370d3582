import io

import pandas as pd
import pytest

from mutspad.errors import MutspadError
from mutspad.report.tables.table1 import table1


@pytest.fixture
def build(build_setting):
    return lambda *experiment, **changes: table1(build_setting(*experiment, **changes))


def line(table, domain, task):
    """Find a row of the Markdown table, split into cells."""
    for text in table.markdown.splitlines():
        cells = [cell.strip() for cell in text.strip("|").split("|")]
        if cells[:2] == [domain, task]:
            return cells
    raise AssertionError(f"{domain} {task} not in {table.markdown}")


def note(table, mark):
    """Find a numbered note."""
    start = f"{'⁰¹²³⁴⁵⁶⁷⁸⁹'.index(mark)}. "
    return next(text for text in table.markdown.splitlines() if text.startswith(start))


def test_counts_stand_beside_the_paper_s(build):
    table = build()
    assert table.title.startswith("Table 1 (paper):")
    assert line(table, "News", "POS")[2:] == [
        "36 (36)",
        "wsj 3 (WSJ)",
        "accuracy",
        "912,344 (912,344)",
        "131,768 (131,768)",
        "129,654 (129,654)",
    ]


def test_exactly_the_known_differences_are_explained(build):
    table = build()
    assert "unexplained" not in table.markdown
    tweebank = line(table, "Tweets", "POS")
    assert tweebank[6].startswith("11,759 (11,742)")
    assert tweebank[6][-1] == tweebank[7][-1]
    assert "README" in note(table, tweebank[6][-1])
    wnut = line(table, "Tweets", "NER")
    assert wnut[5].startswith("62,730 (62,729)")
    assert "one token more in train" in note(table, wnut[5][-1])
    assert wnut[7] == "23,394 (23,394)"
    relations = line(table, "Tweets", "DP")[2]
    assert relations.startswith("47 (51)")
    assert "does not say how it counts 51" in note(table, relations[-1])


def test_a_count_next_to_a_known_one_is_unexplained(build, summaries):
    summaries["tweets", "ner"]["published"]["train"]["tokens"] = 62731
    table = build()
    cell = line(table, "Tweets", "NER")[5]
    assert cell.startswith("62,731 (62,729)")
    assert "62,731 DIFFERS from the paper (62,729): unexplained" in note(table, cell[-1])


def test_a_known_count_of_another_corpus_is_unexplained(build, summaries):
    summaries["tweets", "ner"]["corpora"] = [{"name": "another", "version": "1"}]
    table = build()
    assert "62,730 DIFFERS from the paper (62,729): unexplained" in table.markdown


def test_held_out_dev_is_noted_and_counted_in_train(build):
    table = build()
    cells = line(table, "News", "CK")
    assert cells[5] == "211,727 (211,727)"
    assert cells[6][:3] == "n/a"
    assert note(table, cells[6][-1]).endswith(
        "10% of the training sentences, 10 with 1,234 tokens, serve as dev and are counted in "
        "train."
    )


def test_substitutes_are_named_and_not_called_differences(build, summaries, vectors):
    wsj = summaries["news", "pos"]
    wsj["substitute_for"] = "wsj"
    wsj["classes"] = 50
    wsj["corpora"] = [{"name": "sample", "version": "9"}, {"name": "ud-ewt", "version": "r2.5"}]
    vectors |= {"source": "spacy:small", "substitute_for": "glove-42b"}
    lacking = {"wsj": "corpora/ lacks wsj/24"}
    table = build(lacking=lacking)
    cells = line(table, "News", "POS")
    assert cells[2] == "50 (36)"
    assert cells[3].startswith("sample 9 + ud-ewt r2.5 (WSJ)")
    assert "substitute for wsj" in note(table, cells[3][-1])
    assert "unexplained" not in table.markdown
    assert "- Substitute: News POS uses sample 9 + ud-ewt r2.5 in place of wsj" in table.markdown
    assert "was not supplied: corpora/ lacks wsj/24." in table.markdown
    assert "- Substitute: word vectors spacy:small in place of glove-42b" in table.markdown


def test_a_token_budget_is_noted_and_the_published_counts_stay(build, summaries):
    ewt = summaries["news", "dep"]
    ewt["token_budget"] = {"tokens": 30000, "seed": 13}
    ewt["used"]["train"]["tokens"] = 29990
    table = build()
    assert line(table, "News", "DP")[5] == "204,585 (204,585)"
    assert "token budget: News DP 29,990 training tokens of at most 30,000." in table.markdown
    frame = table.frame.set_index(["domain", "task"])
    assert frame.loc[("news", "dep"), "train_used"] == 29990


def test_trees_with_several_roots_are_noted(build, summaries):
    summaries["tweets", "dep"]["multi_root"]["test"] = 44
    table = build()
    assert "44 of 100 in test" in note(table, line(table, "Tweets", "DP")[3][-1])


def test_synthetic_corpora_say_so_and_are_not_compared(build, summaries):
    for summary in summaries.values():
        summary["corpora"] = [{"name": "demo-x", "version": "1"}]
        summary["classes"] = 3
    table = build("demo")
    assert table.title.startswith("Table 1 (demo: synthetic data):")
    assert "not comparable" in table.markdown
    assert "DIFFERS" not in table.markdown
    assert "Known difference" not in table.markdown
    assert line(table, "News", "POS")[2] == "3 (36)"
    assert line(table, "News", "POS")[5] == "912,344 (912,344)"


def test_the_csv_has_whole_numbers_and_gaps(build):
    frame = pd.read_csv(io.StringIO(build().to_csv()), dtype=str)
    chunk = frame.set_index(["domain", "task"]).loc[("news", "chunk")]
    assert chunk["train"] == "211727"
    assert chunk["dev_used"] == "1234"
    assert chunk[["dev", "dev_paper"]].isna().all()


def test_a_malformed_summary_is_an_error(build, summaries):
    del summaries["tweets", "ner"]["classes"]
    with pytest.raises(MutspadError, match=r"found: summaries\.6\.classes: Field required"):
        build()


def test_another_domain_stands_behind_the_paper_s_and_a_missing_one_is_left_out(build, summaries):
    summaries["forum", "ner"] = {**summaries.pop(("tweets", "ner")), "domain": "forum"}
    frame = build().frame
    assert (*frame[["domain", "task"]].iloc[-1],) == ("forum", "ner")
    assert len(frame) == 8
    assert frame["train_paper"].isna().tolist() == [False] * 7 + [True]


def test_a_known_count_of_another_task_is_unexplained(build, summaries):
    summaries["tweets", "pos"]["classes"] = 47
    table = build()
    assert "Tweets POS, classes: 47 DIFFERS from the paper (17): unexplained" in table.markdown


def test_an_experiment_of_another_name_on_synthetic_corpora_says_so_too(build, summaries):
    summaries["news", "pos"]["corpora"] = [{"name": "demo-news-pos", "version": "1"}]
    assert build("tiny").title.startswith("Table 1 (tiny: synthetic data):")
