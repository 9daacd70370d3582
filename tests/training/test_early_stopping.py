from mutspad.training.early_stopping import EarlyStopping


def _run(scores, patience):
    stopping = EarlyStopping(patience)
    for epoch, score in enumerate(scores):
        stopping.update(epoch, score)
        if stopping.exhausted:
            return stopping, epoch
    return stopping, None


def test_it_stops_after_patience_epochs_without_a_better_score():
    stopping, stopped = _run([10, 30, 20, 25, 29, 99], patience=3)
    assert stopped == 4
    assert (stopping.best_epoch, stopping.best_score) == (1, 30)


def test_a_better_score_restores_patience():
    stopping, stopped = _run([10, 9, 11, 9, 12, 9], patience=2)
    assert stopped is None
    assert stopping.best_epoch == 4


def test_of_equal_scores_the_earlier_stays():
    stopping, stopped = _run([50, 50, 50], patience=2)
    assert (stopping.best_epoch, stopped) == (0, 2)


def test_a_first_score_of_zero_counts():
    assert EarlyStopping(1).update(0, 0.0)
