"""The parser against a slow reading of the same formulas, one pair of words at a time."""

import math

import pytest
import torch

from mutspad.models.heads.biaffine import BiaffineParser, DeepBiaffine
from mutspad.models.mst import maximum_spanning_tree
from mutspad.tasks import Task

INPUT_DIM = 8


@pytest.fixture
def parser(vocabulary, parser_params):
    rels = vocabulary.labels[Task.DEP]
    parser = BiaffineParser(input_dim=INPUT_DIM, rels=rels, params=parser_params)
    with torch.no_grad():
        for parameter in parser.parameters():
            parameter.normal_(std=0.5)
    return parser.double().eval()


@pytest.fixture
def inputs():
    return torch.randn(3, 6, INPUT_DIM, dtype=torch.float64)


def dense(biaffine, h):
    """Score all pairs of one sentence, `[dependents, heads, outputs]`."""
    one = torch.ones(len(h), 1, dtype=h.dtype)
    dependents = torch.cat([biaffine.dependent(h).relu(), one], dim=1)
    heads = torch.cat([biaffine.head(h).relu(), one], dim=1)
    return torch.einsum("id,odh,jh->ijo", dependents, biaffine.weight, heads)


def arc_score(parser, h, i, j):
    """Return the arc score of dependent i and head j before the shifts, and the two shifts."""
    side = dense(parser.linearisation, h)[i, j, 0]
    side_shift = -torch.log(1 + torch.exp(-side * math.copysign(1, j - i)))
    expected = 1 + torch.log(1 + torch.exp(dense(parser.distance, h)[i, j, 0]))
    distance_shift = -torch.log((abs(j - i) - expected) ** 2 / 2 + 1)
    return dense(parser.arc, h)[i, j, 0], side_shift, distance_shift


def plain_loss(parser, features, batch, rows):
    """Return the loss of the sentences in `rows`, word by word."""
    total, n_words = 0.0, 0
    for row in rows:
        length = int(batch.lens[row])
        h = features[row, : length + 1]
        n_words += length + 1
        for i in range(1, length + 1):
            head = int(batch.heads[row, i - 1])
            scores = []
            for j in (j for j in range(length + 1) if j != i):
                arc, side, distance = arc_score(parser, h, i, j)
                scores.append(arc + (side + distance).detach())
                if j == head:
                    gold = scores[-1]
                    total = total - distance
            total = total + torch.logsumexp(torch.stack(scores), dim=0) - gold
            labels = dense(parser.label, h)[i, head]
            rel = int(batch.labels[Task.DEP][row, i - 1])
            if rel >= 0:
                total = total - labels.log_softmax(dim=0)[rel]
            side = dense(parser.linearisation, h)[i, head, 0]
            total = total - torch.stack([-side / 2, side / 2]).log_softmax(dim=0)[int(head > i)]
    return total / n_words


PAIRS = {
    "some": [(0, 0, 4), (0, 3, 3), (2, 2, 0), (2, 2, 4)],
    "a shared head": [(0, 1, 3), (0, 3, 1), (0, 4, 3), (1, 4, 2), (1, 0, 2), (1, 2, 2), (2, 1, 0)],
    "one": [(1, 2, 3)],
    "none": [],
}


@pytest.mark.parametrize("chosen", PAIRS.values(), ids=PAIRS)
def test_scores_and_gradients_of_chosen_pairs_equal_those_of_all_pairs(chosen):
    biaffine = DeepBiaffine(6, 4, 3, dropout=0.5).double().eval()
    torch.nn.init.normal_(biaffine.weight)
    h = torch.randn(3, 5, 6, dtype=torch.float64, requires_grad=True)
    full = torch.stack([dense(biaffine, sentence) for sentence in h])
    torch.testing.assert_close(biaffine.all_pairs(h), full[..., 0])
    sentences, dependents, heads = torch.tensor(chosen, dtype=torch.int64).view(-1, 3).unbind(1)
    found = biaffine.pairs(h, 5 * sentences + dependents, 5 * sentences + heads)
    expected = full[sentences, dependents, heads]
    torch.testing.assert_close(found, expected)
    inputs, weights = (h, *biaffine.parameters()), torch.randn_like(expected)
    gradients, plain = (torch.autograd.grad(s, inputs, weights) for s in (found, expected))
    torch.testing.assert_close(gradients, plain)


def test_biaffine_weights_start_at_zero():
    assert not DeepBiaffine(6, 4, 3, dropout=0.5).weight.any()


def test_arc_scores_equal_the_formulas(parser, inputs, batch):
    features = parser.features(inputs, batch.lens)
    assert features.shape == (3, 7, parser.feature_dim)
    s_arc, shifts = parser.arc_scores(features, batch.lens)
    for row, length in enumerate(batch.lens.tolist()):
        h = features[row, : length + 1]
        for i in range(length + 1):
            assert s_arc[row, i, i] == -math.inf
            assert (s_arc[row, i, length + 1 :] == -math.inf).all()
            for j in (j for j in range(length + 1) if j != i):
                arc, side, distance = arc_score(parser, h, i, j)
                torch.testing.assert_close(s_arc[row, i, j], arc + side + distance)
                torch.testing.assert_close(shifts[row, i, j], side + distance)


def test_loss_and_gradients_equal_the_plain_ones(parser, inputs, batch):
    # The third sentence has no tree and must not count.
    loss = parser.loss(parser.features(inputs, batch.lens), batch)
    expected = plain_loss(parser, parser.features(inputs, batch.lens), batch, rows=(0, 1))
    torch.testing.assert_close(loss, expected)
    names, parameters = zip(*parser.named_parameters(), strict=True)
    found = torch.autograd.grad(loss, parameters, allow_unused=True)
    plain = torch.autograd.grad(expected, parameters, allow_unused=True)
    for name, ours, theirs in zip(names, found, plain, strict=True):
        if name == "dropped_word":
            assert ours is None
            assert theirs is None
        else:
            torch.testing.assert_close(ours, theirs, msg=lambda text, name=name: f"{name}: {text}")


def test_a_word_with_an_unknown_relation_still_teaches_its_head(parser, inputs, batch):
    batch.labels[Task.DEP][0, 2] = -1
    features = parser.features(inputs, batch.lens)
    expected = plain_loss(parser, features, batch, rows=(0, 1))
    torch.testing.assert_close(parser.loss(features, batch), expected)


def test_the_shifts_learn_only_from_their_own_losses(parser, inputs, batch):
    features = parser.features(inputs, batch.lens)
    s_arc, _ = parser.arc_scores(features, batch.lens)
    s_arc[0, 1, 2].backward(retain_graph=True)
    assert parser.linearisation.weight.grad is None
    assert parser.distance.weight.grad is None
    parser.loss(features, batch).backward()
    assert parser.linearisation.weight.grad.any()
    assert parser.distance.weight.grad.any()


def test_the_loss_does_not_depend_on_padding_or_company(parser, inputs, build_batch, sentences):
    def loss_of(rows, width):
        batch = build_batch([sentences[row] for row in rows])
        return parser.loss(parser.features(inputs[rows, :width], batch.lens), batch)

    together, alone, other = loss_of([0, 1], 6), loss_of([0], 6), loss_of([1], 2)
    torch.testing.assert_close(together * 10, alone * 7 + other * 3)


def test_without_trees_the_loss_is_zero_and_can_be_differentiated(
    parser, inputs, build_batch, sentences
):
    batch = build_batch(sentences[2:])
    loss = parser.loss(parser.features(inputs[:1, :4], batch.lens), batch)
    loss.backward()
    assert loss.item() == 0.0
    assert not parser.arc.dependent.weight.grad.any()
    assert not parser.label.weight.grad.any()


@pytest.mark.parametrize("multi_root", [False, True])
def test_predictions_are_the_best_tree_and_its_best_relations(
    parser, inputs, batch, vocabulary, multi_root
):
    names = vocabulary.labels[Task.DEP]
    features = parser.features(inputs, batch.lens)
    with torch.no_grad():
        predictions = parser.predict(features, batch, multi_root=multi_root)
        for row, length in enumerate(batch.lens.tolist()):
            h = features[row, : length + 1]
            scores = torch.full((length + 1, length + 1), -math.inf, dtype=torch.float64)
            for i in range(1, length + 1):
                for j in (j for j in range(length + 1) if j != i):
                    scores[i, j] = sum(arc_score(parser, h, i, j))
            logits = scores.log_softmax(dim=-1).nan_to_num(0.0, neginf=-math.inf).numpy()
            heads = maximum_spanning_tree(logits, multi_root=multi_root).tolist()
            assert predictions[row].heads == heads
            s_rel = dense(parser.label, h)
            assert predictions[row].labels == [
                max(
                    (rel for rel, name in enumerate(names) if (name == "root") == (head == 0)),
                    key=lambda rel, word=word, head=head: s_rel[word, head, rel],
                )
                for word, head in enumerate(heads, start=1)
            ]


@pytest.mark.parametrize("multi_root", [False, True])
def test_a_root_is_root_and_nothing_else_is(parser, batch, vocabulary, multi_root):
    names = vocabulary.labels[Task.DEP]
    unlike = 0
    for _ in range(20):
        features = torch.randn(3, 7, parser.feature_dim, dtype=torch.float64)
        with torch.no_grad():
            predictions = parser.predict(features, batch, multi_root=multi_root)
        for row, said in enumerate(predictions):
            assert [names[rel] == "root" for rel in said.labels] == [not h for h in said.heads]
            s_rel = dense(parser.label, features[row])
            unlike += said.labels != [
                int(s_rel[word, head].argmax()) for word, head in enumerate(said.heads, start=1)
            ]
    # The best relation alone would have been another one often enough.
    assert unlike > 10


def test_without_the_relation_root_any_relation_may_be_a_roots(parser_params):
    parser = BiaffineParser(input_dim=INPUT_DIM, rels=("a", "b"), params=parser_params)
    s_rel = torch.randn(5, 2)
    assert parser.possible_rels(s_rel, torch.tensor([0, 1, 2, 0, 3])) is s_rel


def test_dropped_words_become_the_learned_vector(parser, inputs, batch, monkeypatch):
    parser.train()
    parser.word_dropout = 0.5
    parser.dropout.eval()
    seen = []
    monkeypatch.setattr(parser.lstm, "forward", lambda x, lens: seen.append(x) or x)
    parser.features(inputs, batch.lens)
    (x,) = seen
    whole = torch.cat([parser.root.expand(3, 1, -1), inputs], dim=1)
    dropped = (x == parser.dropped_word).all(dim=-1)
    kept = (x == whole).all(dim=-1)
    assert (dropped ^ kept).all()
    assert 0 < dropped.sum() < dropped.numel()
