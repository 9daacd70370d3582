"""Maximum spanning arborescence by Chu-Liu-Edmonds, with one root or several."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]
Nodes = NDArray[np.int64]


class _Contraction(NamedTuple):
    """Remember how a cycle became one node, so that it can be opened again."""

    heads: Nodes  # best heads before the contraction, one a node
    cycle: Nodes  # nodes of the cycle
    others: Nodes  # nodes outside, in the order of the contracted graph; the cycle comes after
    entered: Nodes  # for each outside head, the place in the cycle it would best attach
    left: Nodes  # for each outside dependent, the place in the cycle that would best head it


def maximum_spanning_tree(scores: NDArray[np.floating], *, multi_root: bool) -> Nodes:
    """Return the heads of the tree with the greatest sum of scores, `[words]`, 0 for a root.

    Parameters
    ----------
    scores
        `[words + 1, words + 1]`, rows are dependents, columns heads, node 0 the artificial root.
        -inf forbids an arc; row 0 and the diagonal are not read.
    multi_root
        Whether several words may hang from node 0; otherwise exactly one does.

    Returns
    -------
    Nodes
        Equal scores always break in the same way.

    Raises
    ------
    ValueError
        When the scores are not square, hold NaN or +inf, or forbid every such tree.
    """
    arcs = np.array(scores, dtype=np.float64)
    if arcs.ndim != 2 or arcs.shape[0] != arcs.shape[1] or len(arcs) == 0:
        raise ValueError(f"scores: expected a square matrix, found shape {list(arcs.shape)}")
    arcs[0] = -np.inf
    np.fill_diagonal(arcs, -np.inf)
    if not (arcs < np.inf).all():
        raise ValueError("scores: expected numbers or -inf, found NaN or +inf")
    heads = _arborescence(arcs)
    if not multi_root and np.count_nonzero(heads == 0) != 1 and len(heads) > 0:
        # A price on root arcs that no other choice can make up for: the fewest roots come first,
        # then the greatest sum. One more search, where trying each root takes one a root.
        finite = arcs[np.isfinite(arcs)]
        arcs[:, 0] -= len(arcs) * (finite.max() - finite.min()) + 1.0
        heads = _arborescence(arcs)
        if np.count_nonzero(heads == 0) != 1:
            raise ValueError("scores: expected a possible tree with one root, found none")
    return heads


def _arborescence(arcs: Scores) -> Nodes:
    """Return the best heads of the nodes after 0, by contracting cycles until none is left."""
    contractions: list[_Contraction] = []
    while True:
        heads: Nodes = arcs.argmax(axis=1)
        if np.isneginf(arcs[np.arange(1, len(arcs)), heads[1:]]).any():
            raise ValueError("scores: expected a possible tree, found a word that no head may take")
        cycle = _find_cycle(heads.tolist())
        # Usually the best heads are a tree at once and nothing is contracted.
        if cycle is None:
            break
        contraction, arcs = _contract(arcs, heads, cycle)
        contractions.append(contraction)
    for contraction in reversed(contractions):
        heads = _expand(contraction, heads)
    return heads[1:]


def _find_cycle(heads: list[int]) -> Nodes | None:
    """Return the nodes of one cycle among the nodes after 0, in ascending order, or None."""
    seen_from = [0] * len(heads)
    for start in range(1, len(heads)):
        node = start
        while node != 0 and seen_from[node] == 0:
            seen_from[node] = start
            node = heads[node]
        if node != 0 and seen_from[node] == start:
            cycle = [node]
            while heads[cycle[-1]] != node:
                cycle.append(heads[cycle[-1]])
            return np.array(sorted(cycle), dtype=np.int64)
    return None


def _contract(arcs: Scores, heads: Nodes, cycle: Nodes) -> tuple[_Contraction, Scores]:
    """Make a cycle the last node of a smaller graph whose best tree opens to the best tree."""
    outside = np.ones(len(arcs), dtype=np.bool_)
    outside[cycle] = False
    others = np.flatnonzero(outside)
    size = len(others)
    # Entering the cycle at a node replaces that node's arc within the cycle.
    into = arcs[np.ix_(cycle, others)] - arcs[cycle, heads[cycle]][:, None]
    out = arcs[np.ix_(others, cycle)]
    smaller = np.full((size + 1, size + 1), -np.inf)
    smaller[:size, :size] = arcs[np.ix_(others, others)]
    smaller[size, :size] = into.max(axis=0)
    smaller[:size, size] = out.max(axis=1)
    return _Contraction(heads, cycle, others, into.argmax(axis=0), out.argmax(axis=1)), smaller


def _expand(contraction: _Contraction, smaller_heads: Nodes) -> Nodes:
    """Return the heads before a contraction, given the heads of the smaller graph."""
    heads, cycle, others, entered, left = contraction
    size = len(others)
    opened = heads.copy()
    from_cycle = smaller_heads[:size] == size
    opened[others] = np.where(
        from_cycle, cycle[left], others[np.where(from_cycle, 0, smaller_heads[:size])]
    )
    outside_head = smaller_heads[size]
    opened[cycle[entered[outside_head]]] = others[outside_head]
    return opened
