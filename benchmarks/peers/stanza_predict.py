"""Measure the prediction of Stanza's tagger, parser and NER, from tokens.

Example: python -m benchmarks.peers.stanza_predict --tokens tokens.json --train train.conllu
         --vectors vectors.txt --threads 1 --steps 3 --output steps.json

Its models cannot always be fetched, and what they predict takes no part in their speed: here they
have the sizes of its English ones, with its character language models, and random weights.
"""

import argparse
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import stanza
import torch
from stanza.models import charlm, ner_tagger, parser, tagger
from stanza.models.common import utils
from stanza.models.common.char_model import CharacterLanguageModel
from stanza.models.common.doc import Document
from stanza.models.common.pretrain import Pretrain
from stanza.models.common.vocab import CharVocab
from stanza.models.depparse.data import DataLoader as Trees
from stanza.models.depparse.trainer import GraphTrainer
from stanza.models.ner.data import DataLoader as Spans
from stanza.models.ner.trainer import Trainer as SpanTrainer
from stanza.models.pos.trainer import Trainer as TagTrainer
from stanza.utils.conll import CoNLL

from benchmarks.clock import StepClock

ENTITIES = 18
"""Types of entities of its English model, those of OntoNotes."""


def main() -> None:
    """Predict all sentences, pass after pass, until enough was measured."""
    options = argparse.ArgumentParser()
    for name in ("--tokens", "--train", "--vectors", "--output"):
        options.add_argument(name, type=Path, required=True)
    for name in ("--threads", "--steps"):
        options.add_argument(name, type=int, required=True)
    said = options.parse_args()
    torch.set_num_threads(said.threads)
    corpus = json.loads(said.tokens.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        nlp = build_pipeline(Path(folder), said.train, said.vectors)
    clock = StepClock(warm_up=1, steps=said.steps)

    def predict() -> None:
        while True:
            clock.begin(sum(map(len, corpus)))
            nlp(corpus)

    clock.run(predict)
    clock.write(said.output, threads=said.threads)


def build_pipeline(folder: Path, treebank: Path, vectors_file: Path) -> Callable[[Any], Any]:
    """Build a pipeline of untrained models of the default sizes."""
    sentences, _, _ = CoNLL.conll2dict(input_file=str(treebank))
    files = {
        direction: folder / "charlm" / f"{direction}.pt" for direction in ("forward", "backward")
    }
    letters = sorted({letter for words in sentences for word in words for letter in word["text"]})
    for direction, path in files.items():
        args = charlm.parse_args([])
        vocab = {"char": CharVocab([[*letters, "\n", " "]])}
        CharacterLanguageModel(args, vocab, is_forward_lm=direction == "forward").save(str(path))
    vectors = Pretrain(str(folder / "vectors.pt"), str(vectors_file), 150_000)
    dim = vectors.emb.shape[1]  # which writes the file, too
    common = [
        "--charlm_shorthand=en",
        *(f"--charlm_{direction}_file={path}" for direction, path in files.items()),
        "--cpu",
    ]
    models = {}
    args = tagger.parse_args(["--charlm", f"--train_file={treebank}", "--shorthand=en_x", *common])
    args["word_cutoff"] = utils.update_word_cutoff(vectors, args["word_cutoff"])
    models["pos"] = TagTrainer(
        args, tagger.load_training_data(args, vectors)[0], vectors, device="cpu"
    )
    args = parser.parse_args(["--charlm", "--shorthand=en_x", *common])
    args["word_cutoff"] = utils.update_word_cutoff(vectors, args["word_cutoff"])
    vocab = Trees(Document(sentences), args["batch_size"], args, vectors, evaluation=False).vocab
    models["depparse"] = GraphTrainer(args, vocab, vectors, device="cpu")
    for number, words in enumerate(sentences):
        for word in words:
            word["ner"] = f"S-{number % ENTITIES}"
    args = ner_tagger.parse_args(["--charlm", "--shorthand=en_x", *common])
    args["word_emb_dim"] = dim
    vocab = Spans(Document(sentences), args["batch_size"], args, vectors, evaluation=False).vocab
    models["ner"] = SpanTrainer(args, vocab, vectors, device="cpu")
    settings: dict[str, str] = {}
    for name, model in models.items():
        path = folder / f"{name}.pt"
        model.save(str(path))
        settings |= {
            f"{name}_model_path": str(path),
            f"{name}_pretrain_path": str(folder / "vectors.pt"),
            **{f"{name}_{side}_charlm_path": str(file) for side, file in files.items()},
        }
    (folder / "resources.json").write_text('{"en": {"default_processors": {}}}', encoding="utf-8")
    pipeline: Callable[[Any], Any] = stanza.Pipeline(
        "en",
        dir=str(folder),
        package=None,
        processors="tokenize,pos,lemma,depparse,ner",
        tokenize_pretokenized=True,
        lemma_use_identity=True,
        download_method=None,
        use_gpu=False,
        verbose=False,
        **settings,
    )
    return pipeline


if __name__ == "__main__":
    main()
