r"""POS tags from the Penn Treebank's bracketed trees: the user's own WSJ, or NLTK's sample of it.

Traces (`-NONE-`) are no words and are left out. Words lose the treebank's escapes (`-LRB-`, `\/`,
`\*`; ours), so that they are written as in the other corpora and the word vectors.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mutspad.config.base import Split
from mutspad.data.conllup import checked
from mutspad.data.lines import Line, data_files, excerpt, read_lines, zip_members
from mutspad.data.sampling import cut_splits
from mutspad.data.sentence import Layer, Sentence
from mutspad.errors import CorpusError
from mutspad.tasks import Task

TRACE = "-NONE-"
BRACKETS = {"-LRB-": "(", "-RRB-": ")", "-LCB-": "{", "-RCB-": "}", "-LSB-": "[", "-RSB-": "]"}

# The usual split for tagging (paper 5.1).
SECTIONS: dict[Split, range] = {"train": range(19), "dev": range(19, 22), "test": range(22, 25)}

# Of ASCII's spaces only: a no-break space belongs to a word, or to the error about it.
_PIECE = re.compile(r"[()]|[^\s()]+", re.ASCII)

# A word of a tree: line, word, tag.
Leaf = tuple[int, str, str]


@dataclass(slots=True)
class _Node:
    """Hold what has been read of an open bracket."""

    line: int
    atoms: list[str]
    children: int = 0


def wsj_sections(folder: str | Path) -> dict[Split, list[Path]]:
    """List the files of each split below a folder with the sections `00` to `24`."""
    return {
        split: [
            path
            for section in sections
            for path in data_files(Path(folder) / f"{section:02}", ".mrg")
        ]
        for split, sections in SECTIONS.items()
    }


def read_wsj(files: Mapping[Split, Sequence[Path]], name: str) -> dict[Split, list[Sentence]]:
    """Read the files of each split in their order."""
    return {
        split: _sentences(paths, f"{name}-{split}", Path(f"{name}-{split}"))
        for split, paths in files.items()
    }


def read_nltk_treebank(archive: str | Path, name: str) -> dict[Split, list[Sentence]]:
    """Read NLTK's sample; ours: the first 80 % of its files train, 10 % dev, the rest test."""
    trees = cut_splits([Path(archive, member) for member in zip_members(archive, ".mrg")])
    return {
        split: _sentences(paths, f"{name}-{split}", Path(archive)) for split, paths in trees.items()
    }


def read_leaves(lines: Iterable[Line], path: str | Path) -> Iterator[list[Leaf]]:
    """Stream the words of each tree, traces included."""
    stack: list[_Node] = []
    leaves: list[Leaf] = []
    line = 0
    for line, text in lines:
        for piece in _PIECE.findall(text):
            if piece == "(":
                if stack:
                    stack[-1].children += 1
                    if len(stack[-1].atoms) > 1:
                        raise _malformed(path, line, "')' after a word", "'('")
                stack.append(_Node(line, []))
            elif not stack:
                raise _malformed(path, line, "'(' at the beginning of a tree", excerpt(piece))
            elif piece == ")":
                node = stack.pop()
                if len(node.atoms) == 2 and not node.children:
                    leaves.append((node.line, node.atoms[1], node.atoms[0]))
                elif not node.children:
                    raise _malformed(path, line, "a tag and a word", f"{len(node.atoms)} of two")
                if not stack:
                    yield leaves
                    leaves = []
            elif stack[-1].children or len(stack[-1].atoms) > 1:
                raise _malformed(path, line, "'(' or ')'", excerpt(piece))
            else:
                stack[-1].atoms.append(piece)
    if stack:
        raise _malformed(path, line, f"')' for line {stack[-1].line}", "the end of the file")


def _sentences(paths: Iterable[Path], name: str, path: Path) -> list[Sentence]:
    """Build the sentences of a split from its files; `path` is at fault when there are none."""
    sentences: list[Sentence] = []
    for path in paths:
        for leaves in read_leaves(read_lines(path), path):
            words = [(line, word, tag) for line, word, tag in leaves if tag != TRACE]
            if not words:
                continue
            sentence = Sentence(
                f"{name}-{len(sentences) + 1}", tuple(_unescape(word) for _, word, _ in words)
            ).with_layers({Task.POS: Layer(tuple(tag for _, _, tag in words))})
            sentences.append(checked(sentence, path, [line for line, _, _ in words]))
    if not sentences:
        raise CorpusError(path, None, expected="at least one tree with words", found="none")
    return sentences


def _unescape(word: str) -> str:
    return BRACKETS.get(word, word.replace("\\/", "/").replace("\\*", "*"))


def _malformed(path: str | Path, line: int, expected: str, found: str) -> CorpusError:
    return CorpusError(path, line, expected=expected, found=found)
