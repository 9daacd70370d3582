"""T-Chunk: Ritter's chunked tweets in the split of Derczynski et al. (2013), 551/118/118 tweets.

The split is published for the POS tags of the same tweets only, so a tweet goes from the split's
file by its words to `pos.txt`, and from there by its place to `chunk.txt`, which has one tweet
more.

What the files force us to decide (all ours):

* Words are those of `chunk.txt`, but where `pos.txt` has `&`, that counts: `chunk.txt` writes both
  `&` and `<` as `&lt;`. Its other entities stay as published: what they stood for is not certain,
  and WNUT-17, which holds the same tweets, has them too.
* 17 `i-` tags continue nothing; they open a phrase, as the CoNLL scorer reads them.
* Four tweets occur twice, three of them in two splits; the first copy goes to the first split that
  asks (train, dev, test). For two pairs the copies' chunks differ, so one dev and one test tweet
  may carry the other copy's chunks.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path

from mutspad.config import Split
from mutspad.data.corpora.columns import Row, read_iob1, read_rows, tagged_sentence
from mutspad.data.labels import normalise_chunk
from mutspad.data.lines import excerpt, read_lines
from mutspad.data.sentence import Sentence
from mutspad.errors import CorpusError
from mutspad.tasks import Task

AMPERSAND = "&"


def read_tchunk(
    chunk: str | Path, pos: str | Path, splits: Mapping[Split, str | Path], name: str
) -> dict[Split, list[Sentence]]:
    """Read the chunked tweets of each split."""
    tagged = list(read_rows(read_lines(pos), pos, columns=2, separator=" "))
    chunked = list(read_rows(read_lines(chunk), chunk, columns=2, separator=" "))
    tweets = _align(chunk, chunked, pos, tagged)
    places: dict[tuple[str, ...], deque[int]] = {}
    for place, rows in enumerate(tagged):
        places.setdefault(_words(rows), deque()).append(place)
    sentences: dict[Split, list[Sentence]] = {}
    for split, path in splits.items():
        sentences[split] = []
        for number, rows in enumerate(
            read_rows(read_lines(path), path, columns=3, separator="\t"), 1
        ):
            left = places.get(_words(rows))
            if not left:
                raise CorpusError(
                    path,
                    rows[0].line,
                    expected=f"a tweet of {pos}, as often as there",
                    found=excerpt(" ".join(_words(rows))),
                )
            tweet = tweets[left.popleft()]
            tags = read_iob1(chunk, tweet, normalise_chunk)
            sentence_id = f"{name}-{split}-{number}"
            sentences[split].append(tagged_sentence(sentence_id, chunk, tweet, Task.CHUNK, tags))
    return sentences


def _align(
    chunk: str | Path, chunked: Sequence[list[Row]], pos: str | Path, tagged: Sequence[list[Row]]
) -> list[list[Row]]:
    """Find the chunked tweet of every tagged one: both files keep one order, chunks have extras."""
    aligned = []
    candidates = iter(chunked)
    for rows in tagged:
        match = next((other for other in candidates if _same_tweet(rows, other)), None)
        if match is None:
            raise CorpusError(
                pos,
                rows[0].line,
                expected=f"a tweet of {chunk}, in its order",
                found=excerpt(" ".join(_words(rows))),
            )
        aligned.append(
            [
                Row(row.line, [AMPERSAND, row.fields[1]]) if tag.fields[0] == AMPERSAND else row
                for tag, row in zip(rows, match, strict=True)
            ]
        )
    return aligned


def _same_tweet(rows: Sequence[Row], others: Sequence[Row]) -> bool:
    """Compare two tweets, forgiving the few words that the files write differently."""
    if len(rows) != len(others):
        return False
    equal = sum(a.fields[0] == b.fields[0] for a, b in zip(rows, others, strict=True))
    return 2 * equal > len(rows)


def _words(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(row.fields[0] for row in rows)
