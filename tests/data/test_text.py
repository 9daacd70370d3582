import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutspad.cli.main import main
from mutspad.data.conllup import write_conllup
from mutspad.data.sentence import Layer, Sentence
from mutspad.data.text import collect_text, read_text, tokenise, write_sentences
from mutspad.errors import CorpusError
from mutspad.files import read_json
from mutspad.tasks import Task

WORD = st.text(st.characters(exclude_categories=("Cs",)), min_size=1).filter(
    lambda word: word.split() == [word]
)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("RT @a_b1: it's late… #NLP!", "RT @a_b1 : it 's late … #NLP !"),
        ("(@ana) .@bob @carla's (see #a#b)", "( @ana ) . @bob @carla 's ( see #a #b )"),
        ("mail me@home.org @_@ see you @ 5", "mail me@home.org @_@ see you @ 5"),
        ("https://t.co/aB1, (http://x.org/y).", "https://t.co/aB1 , ( http://x.org/y ) ."),
        ("https://t.c… https:… http… www.x.org/1😂", "https://t.c… https:… http… www.x.org/1 😂"),
        ("www.lima.pe/a?b=c&d=1#e or lima.pe", "www.lima.pe/a?b=c&d=1#e or lima.pe"),
        ("nice :) :-( <3 don't", "nice :) :-( <3 do n't"),
        ("Q&amp;A &lt;3 5 &gt; 4", "Q&A <3 5 > 4"),
        ("❤️❤️ 👍🏽👩‍🔬🇵🇪🇩🇪ok", "❤️ ❤️ 👍🏽 👩‍🔬 🇵🇪 🇩🇪 ok"),
        ("a\u00a0b\u2028c\x85d\u200be \x1c  f\t", "a b c d e f"),
        (" \u3000 ", ""),
    ],
)
def test_tweets_are_split_into_words(line, expected):
    assert tokenise(line) == tuple(expected.split())


EMOJI = [
    *("▶️", "⬆️", "⭐", "©️", "®️", "™️", "#️⃣", "*️⃣", "7️⃣", "7⃣", "❤", "❤️", "▶︎", "☺︎", "⏰", "‼️", "㊗️"),
    *(
        "🇵🇪",
        "🇺🇳",
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "🏴󠁧󠁢󠁷󠁬󠁳󠁿",
        "🏴‍☠️",
        "🏳️‍🌈",
        "👍🏽",
        "☝🏿",
        "✊🏻",
        "👩‍🔬",
        "👩🏽‍🚀",
        "👨‍👩‍👧‍👦",
        "🧑🏿‍🤝‍🧑🏻",
    ),
    *("🫠", "🫡", "🩷", "🫨", "🫱🏼‍🫲🏾", "❤️‍🔥", "🐦‍🔥", "🙂‍↕️", "🫩", "😶‍🌫️", "😂", "🀄", "🅰️", "🈶"),
]
NEIGHBOURS = [
    "",
    " ",
    "ok",
    "Don't",
    "3",
    "(",
    "!",
    "...",
    ":",
    "@ana",
    "#tag",
    "see https://t.co/a1",
]


@given(st.lists(st.tuples(st.sampled_from(NEIGHBOURS), st.sampled_from(EMOJI)), min_size=1))
def test_an_emoji_is_one_word_whatever_stands_beside_it(pairs):
    words = tokenise("".join(neighbour + emoji for neighbour, emoji in pairs) + "end")
    assert [word for word in words if word in EMOJI] == [emoji for _, emoji in pairs]
    others = [word for word in words if word not in EMOJI]
    assert not set("".join(others)) & set("\ufe0e\ufe0f\u20e3\u200d")
    expected = "".join(neighbour for neighbour, _ in pairs) + "end"
    assert "".join(others) == "".join(expected.split())


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=40))
def test_no_word_holds_a_space_and_only_spaces_and_entities_are_lost(line):
    line = line.replace("&", "")
    words = tokenise(line)
    assert all(word.split() == [word] for word in words)
    kept = line.replace("\u200b", " ").replace("\ufeff", " ")
    assert "".join(words) == "".join(kept.split())


@given(st.lists(st.lists(WORD, min_size=1).map(tuple), min_size=1))
def test_text_comes_back_as_it_was_written(tmp_path_factory, sentences):
    path = tmp_path_factory.mktemp("text") / "text.txt"
    write_sentences(path, sentences)
    assert read_text(path) == sentences
    assert path.read_bytes().count(b"\n") == len(sentences)


@pytest.mark.parametrize(
    ("content", "place", "found"),
    [
        (b"", "", "found an empty file"),
        (b"a b\n\n", ":2", "found an empty token"),
        (b"a  b\n", ":1", "found an empty token"),
        (b"a b\nc \n", ":2", "found an empty token"),
        (b"a\tb\n", ":1", r"found 'a\\tb'"),
        ("a b\nc\u00a0d\n".encode(), ":2", r"found 'c\\xa0d'"),
        (b"a b\nc\xff\n", ":2", "found the byte 0xff at position 2"),
    ],
)
def test_a_malformed_file_is_refused_with_its_line(tmp_path, content, place, found):
    path = tmp_path / "text.txt"
    path.write_bytes(content)
    with pytest.raises(CorpusError, match=rf"text.txt{place}: expected .*{found}"):
        read_text(path)


def test_no_text_is_not_written(tmp_path):
    path = tmp_path / "text.txt"
    with pytest.raises(CorpusError, match=r"text.txt: expected at least one sentence"):
        write_sentences(path, [])
    assert not path.exists()


def test_text_of_dev_and_test_and_repetitions_are_left_out():
    collected = collect_text(
        "tweets",
        training=[("Go", "Ana", "!"), ("go", "Ana!"), ("So", "What", "?"), (":)",)],
        held_back=[("so", "what", "?"), ("Q", "&amp;", "A", "…", "@bob")],
        raw={
            "raw/one": ["so what?", "Q&amp;A... @carla", "", ":) …", "Owls at https://x.org/1"],
            "raw/two": ["owls at https://x.org/2", "GO ana!", "New one"],
        },
        anonymised=True,
    )
    assert collected.sentences == [
        ("Go", "Ana", "!"),
        (":)",),
        ("Owls", "at", "HTTPURL"),
        ("New", "one"),
    ]
    assert collected.summary == {
        "domain": "tweets",
        "sentences": 4,
        "tokens": 9,
        "sources": {"training": 4, "raw/one": 3, "raw/two": 2},
        "left_out": {"in_dev_or_test": 3, "repeated": 3, "without_words": 2},
    }


def test_words_stay_as_they_are_unless_anonymised():
    raw = {"raw/one": ["see https://x.org/1 @ana", "see https://x.org/2 @ana"]}
    collected = collect_text("tweets", training=[], held_back=[], raw=raw, anonymised=False)
    assert [words[1] for words in collected.sentences] == ["https://x.org/1", "https://x.org/2"]


def test_the_verb_reads_all_tasks_and_raw_files(tmp_path):
    texts = {
        ("ner", "train"): "Lima is big",
        ("pos", "train"): "See @ana",
        ("ner", "dev"): "Hi @bob",
        ("pos", "dev"): "x",
        ("ner", "test"): "y",
        ("pos", "test"): "Never seen",
    }
    for (task, split), text in texts.items():
        words = tuple(text.split())
        layer = {Task(task): Layer(("O",) * len(words))}
        sentence = Sentence("1", words).with_layers(layer)
        write_conllup(tmp_path / "corpora" / task / f"{split}.conllup", [sentence])
    raw = tmp_path / "wnut" / "some.3"
    raw.parent.mkdir()
    raw.write_text("never seen\nHi @carla\nOdd\u2028line &amp; end\n", encoding="utf-8")
    arguments = ["--domain", "tweets", "--corpora", str(tmp_path / "corpora"), "--anonymise"]
    outputs = ["--text", str(tmp_path / "t" / "tweets.txt"), "--summary", str(tmp_path / "t.json")]
    with pytest.raises(SystemExit) as stopped:
        main(["step", "prepare-text", *arguments, "--raw-file", str(raw), *outputs])
    assert stopped.value.code == 0
    text = read_text(tmp_path / "t" / "tweets.txt")
    assert [" ".join(words) for words in text] == ["Lima is big", "See @USER", "Odd line & end"]
    summary = read_json(tmp_path / "t.json")
    assert summary["sources"] == {"training": 5, "wnut/some.3": 4}
    assert summary["left_out"]["in_dev_or_test"] == 2
