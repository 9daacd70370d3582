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

from mutspad.config.base import Split
from mutspad.data.conllup import checked
from mutspad.data.corpora.own import Row, read_rows
from mutspad.data.labels import iob1_to_iob2
from mutspad.data.lines import blocks, excerpt, read_lines
from mutspad.data.sentence import Layer, Sentence
from mutspad.errors import CorpusError
from mutspad.tasks import Task

AMPERSAND = "&"

Tweet = Sequence[Row]


def read_tchunk(
    chunk: str | Path, pos: str | Path, splits: Mapping[Split, str | Path], name: str
) -> dict[Split, list[Sentence]]:
    """Read the chunked tweets of each split."""
    tagged = _read_tweets(pos)
    tweets = _align(chunk, _read_tweets(chunk), pos, tagged)
    places: dict[tuple[str, ...], deque[int]] = {}
    for place, tweet in enumerate(tagged):
        places.setdefault(_words(tweet), deque()).append(place)
    sentences: dict[Split, list[Sentence]] = {}
    for split, path in splits.items():
        sentences[split] = []
        for number, tweet in enumerate(_read_tweets(path), 1):
            left = places.get(_words(tweet))
            if not left:
                raise CorpusError(
                    path,
                    tweet[0][0],
                    expected=f"a tweet of {pos}, as often as there",
                    found=excerpt(" ".join(_words(tweet))),
                )
            chunked = tweets[left.popleft()]
            # The tags are in lower case; those of CoNLL-2000 are in upper case.
            tags = iob1_to_iob2([fields[1].upper() for _, fields in chunked])
            sentence = Sentence(f"{name}-{split}-{number}", _words(chunked)).with_layers(
                {Task.CHUNK: Layer(tuple(tags))}
            )
            sentences[split].append(checked(sentence, chunk, [line for line, _ in chunked]))
    return sentences


def _read_tweets(path: str | Path) -> list[Tweet]:
    """Read a file of columns."""
    tweets = ([*read_rows(path, block, "columns", 2)] for block in blocks(read_lines(path)))
    return [tweet for tweet in tweets if tweet]


def _align(
    chunk: str | Path, chunked: Sequence[Tweet], pos: str | Path, tagged: Sequence[Tweet]
) -> list[Tweet]:
    """Find the chunked tweet of every tagged one: both files keep one order, chunks have extras."""
    aligned: list[Tweet] = []
    candidates = iter(chunked)
    for tweet in tagged:
        match = next((other for other in candidates if _same_tweet(tweet, other)), None)
        if match is None:
            raise CorpusError(
                pos,
                tweet[0][0],
                expected=f"a tweet of {chunk}, in its order",
                found=excerpt(" ".join(_words(tweet))),
            )
        aligned.append(
            [
                (row[0], [AMPERSAND, row[1][1]]) if word == AMPERSAND else row
                for word, row in zip(_words(tweet), match, strict=True)
            ]
        )
    return aligned


def _same_tweet(tweet: Tweet, other: Tweet) -> bool:
    """Compare two tweets, forgiving the few words that the files write differently."""
    if len(tweet) != len(other):
        return False
    return 2 * sum(map(str.__eq__, _words(tweet), _words(other))) > len(tweet)


def _words(tweet: Tweet) -> tuple[str, ...]:
    return tuple(fields[0] for _, fields in tweet)
