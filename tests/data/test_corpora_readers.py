import contextlib
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mutspad.data.conllup import write_conllup
from mutspad.data.corpora.readers import READERS, read_corpus
from mutspad.data.registry import load_registry
from mutspad.data.sentence import Layer, Sentence
from mutspad.errors import ConfigError, CorpusError
from mutspad.tasks import Task

# Pieces of every format, so that arbitrary text gets past the first check now and then.
PIECES = st.sampled_from(
    [
        *("1", "2", "0", "_", "-", ".", "#", "(", ")", "NN", "O", "o", "B-X", "I-X", "b-np", "&"),
        *("é", "\t", "\t", " ", "\n", "\n", "\n\n", "\r", "\x85", "-DOCSTART-", "-NONE-"),
    ]
)
CONTENT = st.one_of(
    st.lists(PIECES, max_size=30).map(lambda pieces: "".join(pieces).encode()),
    st.text(max_size=60).map(str.encode),
    st.binary(max_size=60),
)


@pytest.mark.parametrize("name", [name for name in READERS if not name.startswith("demo-")])
@given(content=CONTENT)
@settings(max_examples=40, deadline=None)
def test_arbitrary_text_is_a_corpus_error_at_most(tmp_path_factory, name, content):
    folder = tmp_path_factory.mktemp("fuzz")
    corpus = load_registry().corpus(name)
    paths = corpus.raw_paths(folder)
    for role, path in paths.items():
        if role == "folder":
            for section in corpus.folder.sections:
                (path / section).mkdir(parents=True)
                (path / section / "wsj_0001.mrg").write_bytes(content)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        if role == "archive":
            with zipfile.ZipFile(path, "w") as archive:
                for member in ("conll2000/train.txt", "conll2000/test.txt", "a.mrg", "b.mrg"):
                    archive.writestr(member, content)
        else:
            path.write_bytes(content)
    with contextlib.suppress(CorpusError):
        read = read_corpus(name, paths)
        assert all(len(sentence) for split in read.splits.values() for sentence in split)


def test_missing_files_are_corpus_errors(tmp_path):
    registry = load_registry()
    for name in READERS:
        with pytest.raises(CorpusError):
            read_corpus(name, registry.corpus(name).raw_paths(tmp_path))


def test_both_references_of_tweebank_share_ids(tmp_path):
    tree = "1\tahoy\t_\tINTJ\t_\t_\t0\troot\t_\t_\n2\t!\t_\tPUNCT\t_\t_\t{}\t_\t_\n\n"
    paths = load_registry().corpus("tweebank2").raw_paths(tmp_path)
    for role, path in paths.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(tree.format("1\tpunct" if role.endswith("single-root") else "0\troot"))
    corpus = read_corpus("tweebank2", paths)
    (several,), (one,) = corpus.splits["test"], corpus.single_root["test"]
    assert several.id == one.id == "tweebank2-test-1"
    assert several.layers[Task.DEP].heads == (0, 0)
    assert one.layers[Task.DEP].heads == (0, 1)


def test_generated_corpora_are_processed_files(tmp_path):
    paths = load_registry().corpus("demo-news-pos").raw_paths(tmp_path)
    sentences = {
        split: [Sentence(f"{split}-7", ("ahoy",)).with_layers({Task.POS: Layer(("UH",))})]
        for split in paths
    }
    for split, path in paths.items():
        write_conllup(path, sentences[split])
    assert read_corpus("demo-news-pos", paths).splits == sentences


def test_a_corpus_without_text_has_no_reader():
    with pytest.raises(ConfigError, match="found 'glove-42b'"):
        read_corpus("glove-42b", {})
