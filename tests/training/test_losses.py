import pytest
import torch

from mutspad.tasks import Task
from mutspad.training.losses import weighted_loss


def test_the_sum_is_weighted_and_divided_by_the_tasks():
    losses = {Task.POS: torch.tensor(3.0), Task.DEP: torch.tensor(8.0)}
    total = weighted_loss(losses, {Task.POS: 1.0, Task.DEP: 0.25}, n_tasks=2)
    assert total.item() == pytest.approx((3 + 0.25 * 8) / 2)


def test_the_words_of_a_large_batch_count_as_those_of_a_small_one():
    losses = {Task.POS: torch.tensor(3.0)}
    small, large = (
        weighted_loss(losses, {Task.POS: 1.0}, n_tasks=1, batch_size=size) for size in (0.5, 2.0)
    )
    assert [small.item(), large.item()] == pytest.approx([1.5, 6.0])


def test_n_counts_the_tasks_of_the_model_not_of_the_batch():
    total = weighted_loss({Task.DEP: torch.tensor(8.0)}, {Task.DEP: 0.5}, n_tasks=4)
    assert total.item() == pytest.approx(1.0)


def test_the_gradient_flows():
    loss = torch.tensor(2.0, requires_grad=True)
    weighted_loss({Task.NER: loss}, {Task.NER: 0.5}, n_tasks=4).backward()
    assert loss.grad.item() == pytest.approx(0.125)
