"""Stochastic gradient descent, with momentum where gradients are dense (paper 5.3)."""

from collections.abc import Iterable
from itertools import chain

import torch
from torch import Tensor, nn

from mutspad.config import TrainingParams
from mutspad.models.contextual import ContextualWords


def learning_rate(epoch: int, params: TrainingParams, n_tasks: int) -> float:
    """Return the learning rate of an epoch, counted from 0.

    Ours: it grows with the number of tasks, by which equation 6 divides the loss, so that a branch
    learns as fast in a multi-task network as alone.
    """
    return n_tasks * params.learning_rate / (1.0 + params.decay * epoch)


class Optimiser:
    """Update a model: SGD with momentum, the gradient's norm clipped.

    Embeddings with sparse gradients take plain SGD at the rate that momentum amounts to in the long
    run, learning_rate / (1 - momentum): a momentum over all words would turn every step dense.
    Parameters without a gradient, those of the tasks not in the batch, are left as they are. A
    contextual encoder that is trained has a learning rate of its own, with the same decay.

    Parameters
    ----------
    model
        The model to update.
    params
        The learning rate, its decay, the momentum and the largest norm.
    n_tasks
        The tasks of the model.
    """

    def __init__(self, model: nn.Module, params: TrainingParams, *, n_tasks: int) -> None:
        self._params = params
        self._n_tasks = n_tasks
        self._parameters = list(model.parameters())
        sparse = [
            module.weight
            for module in model.modules()
            if isinstance(module, nn.Embedding) and module.sparse
        ]
        adapted = [
            (list(module.encoder.parameters()), module.learning_rate)
            for module in model.modules()
            if isinstance(module, ContextualWords) and module.encoder is not None
        ]
        chosen = {*sparse, *(parameter for encoder, _ in adapted for parameter in encoder)}
        dense = [parameter for parameter in self._parameters if parameter not in chosen]
        with_momentum = [dense, *(encoder for encoder, _ in adapted)]
        # The order of the groups is that of the gains.
        self.sgd = torch.optim.SGD(
            [
                {"params": sparse, "momentum": 0.0, "fused": False},
                *(
                    {"params": group, "momentum": params.momentum, "fused": True}
                    for group in with_momentum
                ),
            ],
            lr=params.learning_rate,
        )
        self._gains = [
            1.0 / (1.0 - params.momentum),
            1.0,
            *(rate / params.learning_rate for _, rate in adapted),
        ]
        # The fused update fails on a step in which only some parameters have a momentum yet, as
        # when a second task first has its turn. Zero is where each momentum begins anyway.
        for parameter in chain.from_iterable(with_momentum):
            self.sgd.state[parameter]["momentum_buffer"] = torch.zeros_like(parameter)

    def start_epoch(self, epoch: int) -> float:
        """Set and return the learning rate of an epoch."""
        rate = learning_rate(epoch, self._params, self._n_tasks)
        for group, gain in zip(self.sgd.param_groups, self._gains, strict=True):
            group["lr"] = rate * gain
        return rate

    def step(self, loss: Tensor) -> float:
        """Go one step down the gradient of a loss and return the gradient's norm before clipping.

        A norm that is not finite changes nothing.
        """
        self.sgd.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        # The loss is divided by the number of tasks; so is the norm at which it is clipped.
        norm = clip_gradient(self._parameters, self._params.clip_norm / self._n_tasks)
        if torch.isfinite(norm):
            self.sgd.step()
        return norm.item()


def clip_gradient(parameters: Iterable[nn.Parameter], max_norm: float) -> Tensor:
    """Scale the gradients, dense and sparse, so that their joint 2-norm is at most `max_norm`.

    Returns
    -------
    Tensor
        The norm before scaling, a scalar.
    """
    values = []
    for parameter in parameters:
        if parameter.grad is None:
            continue
        if parameter.grad.is_sparse:
            # A word may stand several times in the batch: only the sum over its places has a norm.
            parameter.grad = parameter.grad.coalesce()
            values.append(parameter.grad.values())
        else:
            values.append(parameter.grad)
    if not values:
        return torch.zeros(())
    norm = torch.stack([torch.linalg.vector_norm(value) for value in values]).square().sum().sqrt()
    if torch.isfinite(norm) and norm > max_norm:
        for value in values:
            value.mul_(max_norm / norm)
    return norm
