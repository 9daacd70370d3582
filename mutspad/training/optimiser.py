"""SGD as in the paper (5.3) or Adam, Adam for an encoder; the learning rate over a training."""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.sgd import sgd

from mutspad.config.network import TrainingParams
from mutspad.models.contextual import ContextualWords

BETAS, EPSILON = (0.9, 0.95), 1e-6
"""Adam's, as in the Stanford parser (paper 5.3)."""
ENCODER_BETAS = (0.9, 0.999)
"""Adam's for an encoder, as in its pre-training (Devlin et al., 2019, A.2)."""


def learning_rate(done: float, params: TrainingParams, n_tasks: int) -> float:
    """Return the learning rate at one point of a training.

    It rises in a line for the share `warmup` of the training, then falls in a line or a half cosine
    to the share `final_rate` of `learning_rate`. Ours: under SGD it grows with the number of tasks,
    by which equation 6 divides the loss, so that a branch learns as fast in a multi-task network as
    alone; Adam does not see that division.

    Parameters
    ----------
    done
        The share of the steps of `max_epochs` that are done, 0 to 1.
    params
        The schedule.
    n_tasks
        The tasks of the model.
    """
    peak = peak_rate(params, n_tasks)
    if done < params.warmup:
        return peak * done / params.warmup
    share = (done - params.warmup) / (1.0 - params.warmup)
    falling = {"linear": 1.0 - share, "cosine": (1.0 + math.cos(math.pi * share)) / 2}
    return peak * (
        params.final_rate + (1.0 - params.final_rate) * falling.get(params.schedule, 1.0)
    )


def peak_rate(params: TrainingParams, n_tasks: int) -> float:
    """Return the highest learning rate of a training."""
    return params.learning_rate * (n_tasks if params.optimiser == "sgd" else 1)


class Sgd:
    """Take the steps of `torch.optim.SGD`.

    That class imports PyTorch's compiler when it is built, two seconds of each process.

    Parameters
    ----------
    weights
        What is moved; a weight without a gradient is left as it is.
    momentum
        Of dense gradients; None for sparse ones, which have none.
    """

    def __init__(self, weights: Sequence[Tensor], momentum: float | None) -> None:
        self.param_groups: list[dict[str, Any]] = [{"params": weights}]
        self._momentum = momentum
        # The fused update fails on a step in which only some parameters have a momentum yet, as
        # when a second task first has its turn. Zero is where each momentum begins anyway.
        self._momenta = [None if momentum is None else torch.zeros_like(each) for each in weights]

    @torch.no_grad()
    def step(self) -> None:
        """Move the weights at the rate of their group."""
        (group,) = self.param_groups
        moved = [
            (weight, weight.grad, momentum)
            for weight, momentum in zip(group["params"], self._momenta, strict=True)
            if weight.grad is not None
        ]
        sgd(
            [weight for weight, _, _ in moved],
            [gradient for _, gradient, _ in moved],
            [momentum for _, _, momentum in moved],
            has_sparse_grad=self._momentum is None,
            fused=self._momentum is not None,
            foreach=False,
            lr=group["lr"],
            momentum=self._momentum or 0.0,
            weight_decay=0.0,
            dampening=0.0,
            nesterov=False,
            maximize=False,
        )

    def state_dict(self) -> dict[str, Any]:
        """Return the momenta."""
        return {"momenta": self._momenta}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restore the state of `state_dict`, each momentum on the device of its weight."""
        (group,) = self.param_groups
        self._momenta = [
            None if momentum is None else momentum.to(weight.device)
            for weight, momentum in zip(group["params"], state["momenta"], strict=True)
        ]


class Optimiser:
    """Update a model by clipped gradients: SGD with momentum, or Adam.

    Embeddings with sparse gradients have an optimiser of their own, as a momentum over all words
    would turn every step dense: plain SGD at the rate that momentum amounts to in the long run,
    learning_rate / (1 - momentum), or sparse Adam. Parameters without a gradient, those of the
    tasks not in the batch, are left as they are. A contextual encoder that is trained has an Adam
    of its own, as SGD does not move transformers, with a learning rate a layer and the same
    schedule.

    Parameters
    ----------
    model
        The model to update.
    params
        The optimiser, the schedule, the momentum and the largest norm.
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
        layers = [
            layer
            for module in model.modules()
            if isinstance(module, ContextualWords)
            for layer in module.layer_rates()
        ]
        chosen = {*sparse, *chain.from_iterable(parameters for parameters, _ in layers)}
        dense = [parameter for parameter in self._parameters if parameter not in chosen]
        optimisers: list[Sgd | torch.optim.Optimizer]
        if params.optimiser == "sgd":
            optimisers = [Sgd(dense, params.momentum)]
            optimisers += [Sgd(sparse, None)] if sparse else []
            sparse_gain = 1.0 / (1.0 - params.momentum)
        else:
            optimisers = [torch.optim.Adam(dense, betas=BETAS, eps=EPSILON, fused=True)]
            optimisers += (
                [torch.optim.SparseAdam(sparse, betas=BETAS, eps=EPSILON)] if sparse else []
            )
            sparse_gain = 1.0
        self._gains = [1.0, sparse_gain] if sparse else [1.0]
        if layers:
            groups = [{"params": parameters} for parameters, _ in layers]
            optimisers.append(
                torch.optim.Adam(groups, betas=ENCODER_BETAS, eps=EPSILON, fused=True)
            )
            self._gains += [own / peak_rate(params, n_tasks) for _, own in layers]
        self._optimisers = optimisers
        self.set_progress(0.0)

    def set_progress(self, done: float) -> float:
        """Set and return the learning rate where the share `done` of the training is done."""
        rate = learning_rate(done, self._params, self._n_tasks)
        for group, gain in zip(self.groups(), self._gains, strict=True):
            group["lr"] = rate * gain
        return rate

    def groups(self) -> list[dict[str, Any]]:
        """Return the groups of parameters, each with its settings."""
        return [group for each in self._optimisers for group in each.param_groups]

    def step(self, loss: Tensor) -> float:
        """Take one step down the gradient of a loss and return the gradient's norm before clipping.

        A norm that is not finite changes nothing.
        """
        for parameter in self._parameters:
            parameter.grad = None
        torch.autograd.backward(loss)
        # The loss is divided by the number of tasks; so is the norm at which it is clipped.
        norm = clip_gradient(self._parameters, self._params.clip_norm / self._n_tasks)
        if math.isfinite(norm):
            for optimiser in self._optimisers:
                optimiser.step()
        return norm

    def state_dict(self) -> list[dict[str, Any]]:
        """Return the state of the optimiser: its momenta."""
        return [optimiser.state_dict() for optimiser in self._optimisers]

    def load_state_dict(self, states: Iterable[Mapping[str, Any]]) -> None:
        """Restore the state of `state_dict`."""
        for optimiser, state in zip(self._optimisers, states, strict=True):
            optimiser.load_state_dict(dict(state))


def clip_gradient(parameters: Iterable[nn.Parameter], max_norm: float) -> float:
    """Scale the gradients, dense and sparse, so that their joint 2-norm is at most `max_norm`.

    A norm that is not finite scales nothing.

    Returns
    -------
    float
        The norm before scaling.
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
        return 0.0
    norm = torch.stack(torch._foreach_norm(values)).square().sum().sqrt()
    found = norm.item()
    if max_norm < found < math.inf:
        torch._foreach_mul_(values, max_norm / norm)
    return found
