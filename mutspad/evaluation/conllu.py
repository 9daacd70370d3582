"""Write sentences in the ten columns of CoNLL-U, which the scorer of CoNLL 2018 reads."""

from collections.abc import Iterable, Sequence

from conllu import Metadata, Token, TokenList

from mutspad.data.labels import UNIVERSAL_TAGS, escape_misc
from mutspad.data.sentence import Sentence
from mutspad.errors import MutspadError
from mutspad.evaluation.attachment import to_single_root
from mutspad.tasks import Task, misc_tasks

UNKNOWN_RELATION = "dep"


def merge_layers(files: Iterable[Sequence[Sentence]]) -> list[Sentence]:
    """Merge the layers of files that hold the same sentences in the same order.

    Raises
    ------
    MutspadError
        When they hold other sentences.
    """
    merged, *others = [list(sentences) for sentences in files]
    for sentences in others:
        if [each.words for each in sentences] != [each.words for each in merged]:
            raise MutspadError(
                "expected files of the same sentences in the same order, found others"
            )
        merged = [
            one.with_layers(other.layers) for one, other in zip(merged, sentences, strict=True)
        ]
    return merged


def to_conllu(sentences: Sequence[Sentence]) -> str:
    """Write sentences as CoNLL-U.

    POS tags stand in the column UPOS when all are universal ones, else in XPOS; chunks and entities
    in MISC. The scorer takes one root a sentence: further ones hang on the first as TweeBank's
    published single-root files have it. Without a dependency layer all words hang on the first by
    `dep`, and only the scores of the tags mean something.
    """
    tags = {
        tag
        for sentence in sentences
        if (layer := sentence.layers.get(Task.POS)) is not None
        for tag in layer.labels
    }
    column = "upos" if tags <= UNIVERSAL_TAGS else "xpos"
    return "".join(_serialise(sentence, column) for sentence in sentences)


def _serialise(sentence: Sentence, column: str) -> str:
    """Write one sentence, its POS tags in one of two columns."""
    heads, relations = _build_tree(sentence)
    pos = sentence.layers.get(Task.POS)
    tokens = []
    for index, word in enumerate(sentence.words):
        misc = {
            task.spec.conllu: escape_misc(sentence.layers[task].labels[index])
            for task in misc_tasks()
            if task in sentence.layers
        }
        fields = {"id": index + 1, "form": word, "lemma": "_", "upos": "_", "xpos": "_"}
        fields |= {"feats": None, "head": heads[index], "deprel": relations[index], "deps": None}
        fields |= {"misc": misc or None, **({column: pos.labels[index]} if pos else {})}
        tokens.append(Token(fields))
    return TokenList(tokens, Metadata({"sent_id": sentence.id})).serialize()


def _build_tree(sentence: Sentence) -> tuple[Sequence[int], Sequence[str]]:
    """Return heads and relations with exactly one root."""
    layer = sentence.layers.get(Task.DEP)
    if layer is None or layer.heads is None:
        rest = len(sentence) - 1
        return [0, *[1] * rest], ["root", *[UNKNOWN_RELATION] * rest]
    if layer.heads.count(0) == 1:
        return layer.heads, layer.labels
    return to_single_root(layer.heads, layer.labels)
