"""What each reader must make of any bytes: all that they hold, or our own error with its place.

A target takes bytes, hands them to a reader as files and compares what comes back with a count of
its own. It returns how many sentences (words, runs) were read, None for an error of ours, and
raises `WrongError` for anything else.
"""

import hashlib
import io
import json
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import yaml

from mutspad.config import (
    EncoderParams,
    ModelParams,
    ParserParams,
    Run,
    TrainingParams,
    overlay,
    parse_params,
    resolve_run,
)
from mutspad.data.conllup import HEADER, read_conllup
from mutspad.data.corpora.conll2000 import read_conll2000
from mutspad.data.corpora.conll2003 import DOCUMENT, read_conll2003, read_wikigold
from mutspad.data.corpora.conllu_ud import read_ud
from mutspad.data.corpora.ptb import TRACE, read_nltk_treebank, read_wsj
from mutspad.data.corpora.tchunk import read_tchunk
from mutspad.data.corpora.wnut17 import read_wnut17
from mutspad.data.sentence import Sentence
from mutspad.data.vectors import open_vectors
from mutspad.data.vocab import PAD, UNK, Vocabulary
from mutspad.errors import CorpusError, MutspadError
from mutspad.tasks import TASKS

if TYPE_CHECKING:
    from torch import Tensor

ROOT = Path(__file__).resolve().parent.parent.parent
SPLITS = ("train", "dev", "test")
PARTS = b"\n=====\n"
"""Parts the files of an input that is several."""


class WrongError(AssertionError):
    """Signal that something was lost unsaid, or an error without its place."""


@dataclass(frozen=True)
class Target:
    """Hold a reader under test.

    Parameters
    ----------
    run
        Writes the bytes into a folder, reads them and counts.
    seeds
        Makes inputs to begin with.
    pieces
        What is worth inserting.
    """

    run: Callable[[bytes, Path], int]
    seeds: Callable[[], Sequence[bytes]]
    pieces: Sequence[bytes] = ()

    def __call__(self, data: bytes) -> int | None:
        """Return what was counted, or None when the reader said what is wrong."""
        with tempfile.TemporaryDirectory() as folder:
            try:
                return self.run(data, Path(folder))
            except MutspadError as error:
                check_error(error, Path(folder))
                return None


def check_error(error: MutspadError, folder: Path) -> None:
    """Make sure that an error names a file, and its line unless the file as a whole is at fault."""
    if not str(error).startswith(f"{folder}/"):
        raise WrongError(f"no file is named: {str(error)[:200]}")
    if not isinstance(error, CorpusError):
        return
    if error.line is None:
        if not re.search("at least one|a readable|a member|a zip archive", str(error)):
            raise WrongError(f"no line is named: {error}")
    elif error.path.is_file():
        lines = error.path.read_bytes().split(b"\n")
        if not 1 <= error.line <= len(lines):
            raise WrongError(f"line {error.line} of {len(lines)}: {error}")


def expect(what: str, found: int, expected: int) -> None:
    """Compare what was read with what is there."""
    if found != expected:
        raise WrongError(f"{what}: {found} were read, {expected} are there")


def blocks(data: bytes) -> list[list[str]]:
    """Part text at its blank lines."""
    parted: list[list[str]] = [[]]
    for line in data.decode("utf-8").split("\n"):
        if line.strip():
            parted[-1].append(line)
        else:
            parted.append([])
    return [block for block in parted if block]


def parts(data: bytes, count: int) -> list[bytes]:
    """Part an input that is several files."""
    found = data.split(PARTS, count - 1)
    return found + [b""] * (count - len(found))


def put(folder: Path, name: str, data: bytes) -> Path:
    """Write a file and return where it is."""
    path = folder / name
    path.write_bytes(data)
    return path


def expect_sentences(sentences: Sequence[Sentence], lines: Sequence[Sequence[str]]) -> int:
    """Compare sentences and words with the lines behind them."""
    expect("sentences", len(sentences), len(lines))
    for sentence, words in zip(sentences, lines, strict=True):
        expect(f"words of {sentence.id}", len(sentence), len(words))
    return len(sentences)


def run_conllup(data: bytes, folder: Path) -> int:
    sentences = read_conllup(put(folder, "a.conllup", data))
    body = data.split(b"\n", 1)[1]
    rows = [[line for line in block if line[0] != "#"] for block in blocks(body)]
    # Text, not bytes: to these, \x1c is no white space.
    ids = re.findall(r"^#\s*sent_id\s*=", body.decode("utf-8"), re.MULTILINE)
    expect("sentence ids", len(sentences), len(ids))
    return expect_sentences(sentences, rows)


def run_ud(data: bytes, folder: Path) -> int:
    sentences = read_ud(put(folder, "a.conllu", data), "x", pos="UPOS")
    rows = [[line for line in block if re.match(r"[0-9]+\t", line)] for block in blocks(data)]
    return expect_sentences(sentences, rows)


def columns(data: bytes) -> list[list[str]]:
    """Part rows into sentences, without document marks."""
    marked = [[line for line in block if line.split(" ")[0] != DOCUMENT] for block in blocks(data)]
    return [block for block in marked if block]


def run_conll2003(data: bytes, folder: Path) -> int:
    return expect_sentences(read_conll2003(put(folder, "eng.train", data), "x"), columns(data))


def run_wikigold(data: bytes, folder: Path) -> int:
    splits = read_wikigold(put(folder, "wikigold.txt", data), "x")
    sentences = [sentence for split in SPLITS for sentence in splits[split]]
    return expect_sentences(sentences, columns(data))


def run_wnut17(data: bytes, folder: Path) -> int:
    return expect_sentences(read_wnut17(put(folder, "w.conll", data), "x"), blocks(data))


def run_tchunk(data: bytes, folder: Path) -> int:
    chunk, pos, *texts = parts(data, 5)
    paths = [put(folder, f"{name}.txt", part) for name, part in zip(SPLITS, texts, strict=True)]
    splits = read_tchunk(
        put(folder, "chunk.txt", chunk),
        put(folder, "pos.txt", pos),
        dict(zip(SPLITS, paths, strict=True)),
        "x",
    )
    return sum(
        expect_sentences(splits[split], blocks(text))
        for split, text in zip(SPLITS, texts, strict=True)
    )


def run_conll2000(data: bytes, folder: Path) -> int:
    texts = parts(data, 2)
    path = folder / "c.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for split, text in zip(("train", "test"), texts, strict=True):
            archive.writestr(f"conll2000/{split}.txt", text)
    splits = read_conll2000(path, "x")
    return sum(
        expect_sentences(splits[split], blocks(text))
        for split, text in zip(("train", "test"), texts, strict=True)
    )


def trees(text: str) -> Iterator[str]:
    """Cut text into its outermost brackets."""
    depth, start = 0, 0
    for place, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if char == ")" and depth == 0:
            yield text[start : place + 1]
            start = place + 1


def leaves(text: str) -> list[list[str]]:
    """List the words of each tree, traces and trees of nothing else left out."""
    found = [re.findall(r"\(\s*([^\s()]+)\s+[^\s()]+\s*\)", tree) for tree in trees(text)]
    spoken = [[tag for tag in tags if tag != TRACE] for tags in found]
    return [tags for tags in spoken if tags]


def run_ptb(data: bytes, folder: Path) -> int:
    sentences = read_wsj({"train": [put(folder, "wsj_0001.mrg", data)]}, "x")["train"]
    return expect_sentences(sentences, leaves(data.decode("utf-8")))


def run_archive(data: bytes, folder: Path) -> int:
    """Read arbitrary bytes as each archive that we know."""
    path = put(folder, "a.zip", data)
    before = sorted(folder.parent.glob("escaped*"))
    errors = []
    count = 0
    for read in (_read_trees, _read_chunks, _read_vectors):
        try:
            count += read(path)
        except MutspadError as error:
            errors.append(error)
            check_error(error, folder)
    if sorted(folder.parent.glob("escaped*")) != before or sorted(folder.iterdir()) != [path]:
        raise WrongError("something was written")
    if len(errors) == 3:
        raise errors[0]
    return count


def _read_trees(path: Path) -> int:
    splits = read_nltk_treebank(path, "x")
    with zipfile.ZipFile(path) as archive:
        members = sorted(name for name in archive.namelist() if name.endswith(".mrg"))
        there = [tree for name in members for tree in leaves(archive.read(name).decode("utf-8"))]
    return expect_sentences([sentence for split in SPLITS for sentence in splits[split]], there)


def _read_chunks(path: Path) -> int:
    splits = read_conll2000(path, "x")
    with zipfile.ZipFile(path) as archive:
        return sum(
            expect_sentences(splits[split], blocks(archive.read(f"conll2000/{split}.txt")))
            for split in ("train", "test")
        )


def _read_vectors(path: Path) -> int:
    return len(open_vectors(str(path), {"a", "the"}, dim=2).vectors)


WANTED = ("a", "the", "é", "x y")


def run_vectors(data: bytes, folder: Path) -> int:
    table = open_vectors(str(put(folder, "v.txt", data)), set(WANTED), dim=2)
    expected: dict[str, np.ndarray] = {}
    for line in data.decode("utf-8", "replace").split("\n"):
        word, *numbers = line.rstrip(" \r").rsplit(" ", 2)
        if word in WANTED and word not in expected:
            expected[word] = np.float32([float(number) for number in numbers])
    expect("words", len(table.vectors), len(expected))
    for word, vector in expected.items():
        np.testing.assert_array_equal(table.vectors[word], vector)
    return len(expected)


@cache
def base_params() -> Mapping[str, object]:
    return yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))


def run_params(data: bytes, folder: Path) -> int:
    """Lay arbitrary YAML over the parameters."""
    path = put(folder, "params.yaml", data)
    try:
        top = yaml.safe_load(data)
    except Exception:  # PyYAML's own ways to fail, before our reader is asked
        top = None
    # Without an overlay, so that what is laid on top counts.
    raw = {**base_params(), "experiment": "paper"}
    if isinstance(top, Mapping):
        raw = overlay(raw, top)
    params = parse_params(raw, path)
    for name in params.runs:
        run = resolve_run(params, name)
        if Run.model_validate_json(run.model_dump_json()) != run:
            raise WrongError(f"{name} does not survive its own file")
    return len(params.runs)


@cache
def tiny_model() -> tuple[bytes, bytes]:
    """Save a model of the smallest sizes; return its description and its weights."""
    # Imported here because torch takes seconds, and no other target needs it.
    import torch

    from mutspad.models.checkpoint import save_model
    from mutspad.models.mutspad import MuTSPad

    vocabulary = Vocabulary(
        (PAD, UNK, "a"), (PAD, UNK, "a"), dict.fromkeys(TASKS, ("O", "B-x")), lowercase=True
    )
    sizes = ModelParams(
        char_dim=1,
        char_hidden=1,
        tagger_hidden=1,
        pos_reduction=1,
        chunk_reduction=1,
        dropout=dict.fromkeys(TASKS, 0.0),
        unknown_rate=0.0,
        unknown_char_rate=0.0,
        both_cases=False,
        parser=ParserParams(hidden=1, layers=1, biaffine=1, dropout=0.0, word_dropout=0.0),
    )
    training = TrainingParams(
        batch_sentences=1,
        learning_rate=0.1,
        momentum=0.0,
        pool_batches=1,
        optimiser="sgd",
        schedule="linear",
        warmup=0.0,
        final_rate=0.02,
        clip_norm=1.0,
        max_epochs=1,
        patience=1,
        loss_weights=dict.fromkeys(TASKS, 1.0),
    )
    run = Run(
        name="tiny",
        experiment="fuzz",
        phase="baselines",
        domain="tweets",
        tasks=list(TASKS),
        parent=None,
        unified=False,
        corpora=dict.fromkeys(TASKS, "tiny"),
        multi_root=True,
        equivalents={task: {} for task in TASKS},
        model=sizes,
        encoder=None,
        replaces_words=False,
        adversarial=None,
        training=training,
    )
    with tempfile.TemporaryDirectory() as folder, torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        model = MuTSPad(
            params=sizes,
            tasks=TASKS,
            labels=vocabulary.labels,
            n_words=3,
            n_chars=3,
            word_dim=1,
        )
        save_model(folder, model, vocabulary, run, seed=1)
        weights = (Path(folder) / "weights.safetensors").read_bytes()
        description = json.loads((Path(folder) / "model.json").read_bytes())
    description["weights_sha256"] = DIGEST
    return json.dumps(description).encode(), weights


DIGEST = "@digest@"
"""Stands for the hash of the weights as they are: else damaged ones would be refused unread."""


def run_model(data: bytes, folder: Path) -> int:
    import torch

    from mutspad.models.checkpoint import load_model

    description, weights = parts(data, 2)
    digest = hashlib.sha256(weights).hexdigest().encode()
    put(folder, "model.json", description.replace(DIGEST.encode(), digest))
    put(folder, "weights.safetensors", weights)
    tensors = load_model(folder).model.state_dict().values()
    if any(tensor.dtype != torch.float32 or tensor.is_meta for tensor in tensors):
        raise WrongError("weights that are no numbers to compute with")
    return len(tensors)


READ = (("a", "quay!"), ("\u02e5",))
"""What the encoders are given: words of known pieces and of none, and a shorter sentence."""


def expect_vectors(vectors: Sequence["Tensor"], n_layers: int, dim: int) -> int:
    """Compare vectors with the words of READ."""
    for layers, words in zip(vectors, READ, strict=True):
        if layers.shape != (n_layers, len(words), dim):
            raise WrongError(f"vectors of shape: {list(layers.shape)}")
    return len(vectors)


@cache
def tiny_elmo() -> tuple[bytes, bytes]:
    """Save an ELMo of the smallest sizes; return its options and its weights."""
    import torch

    from mutspad.models.elmo import Elmo
    from mutspad.models.elmo_format import ElmoOptions

    sizes = ElmoOptions.model_validate(
        {
            "lstm": {"n_layers": 1, "dim": 1, "projection_dim": 1, "cell_clip": 3, "proj_clip": 3},
            "char_cnn": {
                "embedding": {"dim": 1},
                "filters": [[1, 1]],
                # Each group of the weights takes a kilobyte, and the driver cuts at 20.
                "n_highway": 0,
                "max_characters_per_token": 5,
                "activation": "relu",
            },
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        options, weights = Path(folder) / "options.json", Path(folder) / "weights.hdf5"
        model = Elmo(sizes)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.fill_(0.5)
        model.to_files(options, weights)
        return options.read_bytes(), weights.read_bytes()


def run_elmo(data: bytes, folder: Path) -> int:
    from mutspad.models.encoders import open_encoder

    options, weights = parts(data, 2)
    put(folder, "options.json", options)
    put(folder, "weights.hdf5", weights)
    opened = open_encoder(EncoderParams(kind="elmo", source=str(folder)), folder)
    return expect_vectors(opened.embed(READ), opened.n_layers, opened.dim)


HUGGING_FACE = ("config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors")


@cache
def tiny_transformer() -> tuple[bytes, ...]:
    """Save a BERT of the smallest sizes; return its files."""
    import torch
    from safetensors.torch import save_file
    from transformers import BertConfig, BertModel, BertTokenizer

    pieces = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "quay", "##s", "!")
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=2,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=2,
        max_position_embeddings=8,
    )
    with tempfile.TemporaryDirectory() as folder, torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        BertTokenizer(vocab={piece: row for row, piece in enumerate(pieces)}).save_pretrained(
            folder
        )
        config.save_pretrained(folder)
        # Not by the model itself, which draws a bar.
        save_file(
            BertModel(config).state_dict(), Path(folder) / "model.safetensors", {"format": "pt"}
        )
        return tuple((Path(folder) / name).read_bytes() for name in HUGGING_FACE)


def run_huggingface(data: bytes, folder: Path) -> int:
    from mutspad.models.encoders import open_encoder

    # In a folder of its own: errors of the whole name the folder.
    model = folder / "model"
    model.mkdir()
    for name, content in zip(HUGGING_FACE, parts(data, len(HUGGING_FACE)), strict=True):
        put(model, name, content)
    opened = open_encoder(EncoderParams(kind="huggingface", source=str(model)))
    return expect_vectors(opened.embed(READ), opened.n_layers, opened.dim)


def archive_seeds() -> list[bytes]:
    """Make archives as they should be, and as nobody should open them."""
    good = {
        **{f"treebank/combined/{number}.mrg": f"((NN gull{number}))" for number in range(10)},
        "conll2000/train.txt": "Quay NN B-NP\n\n",
        "conll2000/test.txt": "Gull NN B-NP\n\n",
        "v.txt": "a 1 2\nthe 3 4\n",
    }
    seeds = []
    for compression in (
        zipfile.ZIP_STORED,
        zipfile.ZIP_DEFLATED,
        zipfile.ZIP_BZIP2,
        zipfile.ZIP_LZMA,
    ):
        seeds.append(_archive(good, compression))
    escaping = {f"../escaped/{name}": text for name, text in good.items()}
    absolute = {f"/tmp/escaped/{name}": text for name, text in good.items()}  # noqa: S108
    seeds += [_archive(escaping), _archive(absolute)]
    encrypted = bytearray(_archive(good))
    for found in re.finditer(b"PK\x01\x02", bytes(encrypted)):
        encrypted[found.start() + 8] |= 1
    for found in re.finditer(b"PK\x03\x04", bytes(encrypted)):
        encrypted[found.start() + 6] |= 1
    seeds += [bytes(encrypted), seeds[1][: len(seeds[1]) // 2], b"", b"PK\x05\x06" + bytes(18)]
    return seeds


def _archive(members: Mapping[str, str], compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def model_seeds() -> list[bytes]:
    return [PARTS.join(tiny_model())]


def elmo_seeds() -> list[bytes]:
    return [PARTS.join(tiny_elmo())]


def transformer_seeds() -> list[bytes]:
    return [PARTS.join(tiny_transformer())]


CONLLUP = f"""{HEADER}
# sent_id = a
# mutspad.pos = gold
# mutspad.dep = silver
# mutspad.ner = gold
1\tGulls\t2\tnsubj\tNNS\t_\tB-x
2\tscream\t0\troot\tVBP\t_\tI-x

# sent_id = b
# mutspad.chunk = gold
1\tYes\t_\t_\t_\tB-NP\t_

""".encode()

UD = b"""# newdoc id = quay
# text = Don't go
1-2\tDon't\t_\t_\t_\t_\t_\t_\t_\t_
1\tDo\tdo\tAUX\tVBP\t_\t3\taux\t_\t_
2\tn't\tnot\tPART\tRB\t_\t3\tadvmod\t_\t_
3\tgo\tgo\tVERB\tVB\tMood=Imp\t0\troot\tNormType=x\tSpaceAfter=No
3.1\tnow\t_\t_\t_\t_\t_\t_\t_\t_

1\tYes\tyes\tINTJ\tUH\t_\t0\troot\t_\t_
"""

COLUMNS = (
    b"-DOCSTART-",
    b" ",
    b"\t",
    b"\n",
    b"\n\n",
    b"\r\n",
    b"\t\n",
    b"O",
    b"B-",
    b"I-x",
    b"B-x",
)

TARGETS: dict[str, Target] = {
    "conllup": Target(
        run_conllup,
        lambda: [CONLLUP, CONLLUP.replace(b"\n", b"\r\n")],
        (
            b"# sent_id = ",
            b"# mutspad.",
            b"pos",
            b" = ",
            b"gold",
            b"silver",
            b"_",
            b"\t",
            b"\n",
            b"\n\n",
            b"B-",
            b"I-x",
        ),
    ),
    "ud": Target(
        run_ud,
        lambda: [UD],
        (b"\t", b"\n", b"\n\n", b"0", b"_", b"# ", b"1-2\t", b"1.1\t", b"\t_\t_"),
    ),
    "conll2003": Target(
        run_conll2003,
        lambda: [
            b"-DOCSTART- -X- O O\n\nOslo NNP I-NP I-LOC\nhails VBZ I-VP O\n\n"
            b"-DOCSTART- -X- O O\n\nYes UH O O\n"
        ],
        COLUMNS,
    ),
    "wikigold": Target(
        run_wikigold,
        lambda: [b"-DOCSTART- O\n\n" + b"".join(b"w%d O\nOslo I-LOC\n\n" % n for n in range(9))],
        COLUMNS,
    ),
    "wnut17": Target(
        run_wnut17,
        lambda: [b"Oslo\tB-location\nrocks\tO\n\t\nok\tO\n\n\nyes\tO\n"],
        (*COLUMNS, b","),
    ),
    "conll2000": Target(
        run_conll2000,
        lambda: [b"The DT B-NP\nquay NN I-NP\n\nYes UH O\n\n" + PARTS + b"Gulls NNS B-NP\n"],
        (*COLUMNS, PARTS),
    ),
    "tchunk": Target(
        run_tchunk,
        lambda: [
            PARTS.join(
                (
                    b"RT b-np\n&lt; i-np\nok O\n\nextra O\n\nyes b-intj\n",
                    b"RT RT\n& CC\nok UH\n\nyes UH\n",
                    b"RT\tx\ty\n&\tx\ty\nok\tx\ty\n",
                    b"yes\tx\ty\n",
                    b"",
                )
            ),
            PARTS.join(
                (
                    b"a O\n\nb O\n\nc O\n",
                    b"a X\n\nb X\n\nc X\n",
                    b"a\tx\ty\n",
                    b"b\tx\ty\n",
                    b"c\tx\ty\n",
                )
            ),
        ],
        (*COLUMNS, PARTS),
    ),
    "ptb": Target(
        run_ptb,
        lambda: [
            b"\n( (S \n    (NP-SBJ-1 (DT The) (NN quay) (-LRB- -LRB-) (CD 1\\/2) )\n"
            b"    (VP (VBN built) (NP (-NONE- *-1) ))\n    (. .) ))\n"
            b"( (FRAG (-NONE- *) ))\n((INTJ (UH Ahoy)))\n"
        ],
        (b"(", b")", b"((", b"))", b"-NONE-", b" *", b"(NN x)", b"\n", b"-LRB-"),
    ),
    "archive": Target(
        run_archive,
        archive_seeds,
        (b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06", b"../", b"\xff\xff\xff\xff"),
    ),
    "vectors": Target(
        run_vectors,
        lambda: [b"the 1 2\na -1e-3 0\nx y 4 5\nthe 9 9\n"],
        (b" ", b"\n", b"\r\n", b"nan", b"1e999", b"1_0", b"a 1 2\n"),
    ),
    "params": Target(
        run_params,
        lambda: [
            b"seeds: [1, 2]\nexperiment: quick\n",
            b"training: { learning_rate: 0.2, loss_weights: { pos: 1.0 } }\n"
            b"experiments: { paper: { seeds: [3] } }\n",
            b"a: &a { b: 1 }\n"
            b"runs: { mine: { phase: baselines, domain: tweets, tasks: [pos], training: *a } }\n",
            b"corpora: { domains: { news: { pos: x } }, held_out: .inf }\n",
        ],
        (
            b": ",
            b"\n",
            b"{",
            b"}",
            b"[",
            b"]",
            b"&a ",
            b"*a",
            b"!!binary ",
            b"!!set ",
            b"!!python/object:os.system ",
            b".inf",
            b".nan",
            b"2020-01-01",
            b"? ",
            b"- ",
            b"null",
            b"<<: *a",
            b"runs",
            b"training",
            b"report",
            b"unify",
            b"encoders",
            b"experiment",
            b"0x",
            b"1e309",
        ),
    ),
    "model": Target(
        run_model,
        model_seeds,
        (
            PARTS,
            b"null",
            b"[]",
            b"{}",
            b"-1",
            b"1e999",
            b"99999999999999999999",
            b'"F16"',
            b'"I64"',
            b'"dtype":',
            b'"shape":',
            b"NaN",
        ),
    ),
    "elmo": Target(
        run_elmo,
        elmo_seeds,
        (
            PARTS,
            b"null",
            b"[]",
            b"{}",
            b"1001",
            b"1e999",
            b"99999999999",
            b"[[1, 1], [2, 1]]",
            b'"n_layers":',
            b'"n_highway":',
            b"SNOD",
            b"TREE",
            b"HEAP",
            b"\xff\xff\xff\xff\xff\xff\xff\xff",
        ),
    ),
    "huggingface": Target(
        run_huggingface,
        transformer_seeds,
        (
            PARTS,
            b"null",
            b"[]",
            b"{}",
            b"-1",
            b"1e999",
            b"99999999999",
            b'"F16"',
            b'"roberta"',
            b'"[UNK]"',
            b'"WordPiece"',
            b'"BPE"',
            b'"num_hidden_layers":',
            b'"vocab":',
            b"NaN",
        ),
    ),
}
