"""Tokens are pieces of the text, and what lies between two of them is white space."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mutspad.tagging.tokenise import decode_entity, split_at_spaces, tokenise

SPACES = {"\u200b", "\ufeff"}
PIECES = st.sampled_from(
    [
        "@ada",
        "#tag",
        "don't",
        "\u2019s",
        "https://t.co/x",
        "👩🏽\u200d🚀",
        "🇳🇴",
        "❤️",
        ":-)",
        "&amp;",
        "...",
        "!?",
        "\u200d",
        "\u200c",
        "\u200b",
        "\ufeff",
        "\u2028",
        "\xa0",
        "\r\n",
        " ",
        "مرحبا",
        "שלום",
        "a.b",
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=3)).map("".join)


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in tokenise(text)]


@settings(max_examples=40)
@given(TEXTS)
def test_tokens_and_gaps_give_the_text_back(text: str) -> None:
    end = 0
    for start, stop in tokenise(text):
        assert all(char.isspace() or char in SPACES for char in text[end:start])
        token = text[start:stop]
        assert token
        assert not any(char.isspace() or char in SPACES for char in token)
        end = stop
    assert all(char.isspace() or char in SPACES for char in text[end:])


@settings(max_examples=40)
@given(TEXTS)
def test_texts_apart_are_tokenised_apart(text: str) -> None:
    assert split(f"{text} {text}") == split(text) * 2


@settings(max_examples=40)
@given(TEXTS)
def test_white_space_parts_the_tokens_of_tokenised_text(text: str) -> None:
    assert [text[start:end] for start, end in split_at_spaces(text)] == text.split()


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("@you: look", "@you : look"),
        ("(https://t.co/x),", "( https://t.co/x ) ,"),
        ("www.a.no/b?c=d.", "www.a.no/b?c=d ."),
        ("#TeamUp#two", "#TeamUp #two"),
        ("#1", "# 1"),
        ("I'm sure we don\u2019t", "I 'm sure we do n\u2019t"),
        ("y'all gonna cannot", "y 'all gon na can not"),
        ("dogs' Ada's", "dogs ' Ada 's"),
        ("O'Neill rock'n'roll", "O'Neill rock'n'roll"),
        ("U.S. at 10:30am, $20", "U.S. at 10:30 am , $ 20"),
        ("1,000.50 2nd", "1,000.50 2nd"),
        ("what?! no...", "what ?! no ..."),
        ("me@example.org :-) <3", "me@example.org :-) <3"),
        ("so😂😂👍🏽ok", "so 😂 😂 👍🏽 ok"),
        ("👩🏽‍🚀🏳️‍🌈🇳🇴🇸🇪1️⃣", "👩🏽‍🚀 🏳️‍🌈 🇳🇴 🇸🇪 1️⃣"),
        ("Tom &amp; Ada", "Tom &amp; Ada"),
        ("مرحبا، كيف", "مرحبا ، كيف"),
        ("नमस्ते दुनिया", "नमस्ते दुनिया"),
        ("می‌خواهم", "می‌خواهم"),
    ],
)
def test_what_is_one_token(text: str, tokens: str) -> None:
    assert split(text) == tokens.split(" ")


def test_spaces_of_any_kind_part_tokens() -> None:
    assert split("a\u200bb\xa0c\u2028d\ufeffe\tf") == list("abcdef")


def test_entities_of_html_are_decoded_unless_they_are_spaces() -> None:
    assert [decode_entity(token) for token in ("&amp;", "&lt;", "&nbsp;", "a&b")] == [
        "&",
        "<",
        "&nbsp;",
        "a&b",
    ]


@pytest.mark.parametrize("piece", ["a", ".", "a.", "a-", "https://a.", "'", "&", "&#", "1.", "@_"])
def test_a_long_run_takes_no_time(piece: str) -> None:
    text = piece * 20_000
    assert tokenise(text)[-1][1] == len(text)
