from benchmarks.recipe import BLOCK, PAGE, read_trainings, render


def test_the_page_shows_the_list_of_trainings():
    (block,) = (match.group(0) for match in BLOCK.finditer(PAGE.read_text()))
    assert render(read_trainings()) in block
    assert len(read_trainings()) > 10
