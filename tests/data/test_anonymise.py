import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutspad.data.anonymise import anonymise

TWEETISH = st.lists(
    st.one_of(
        st.sampled_from(
            ["@", "http", "https://", "www.", "URL", "USER", "HTTPURL", "7", "_", " ", "x.y/z", "é"]
        ),
        st.text(max_size=3),
    ),
    max_size=8,
).map("".join)


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("@mariner_7", "@USER"),
        ("@USER1490", "@USER"),
        ("@USER", "@USER"),
        ("(@mariner", "(@USER"),
        ("@mariner's", "@USER's"),
        ("http://ex.am/ple?q=@you", "HTTPURL"),
        ("HTTPS://ex.am", "HTTPURL"),
        ("www.ex.am", "HTTPURL"),
        ("https:…", "HTTPURL"),
        ("http", "HTTPURL"),
        ("HTTPURL", "HTTPURL"),
        ("URL218", "HTTPURL"),
    ],
)
def test_handles_and_urls_have_one_form(word, form):
    assert anonymise(word) == form


@pytest.mark.parametrize(
    "word", ["@", "@_@", "-@-", "skipper@quay.example", "URL", "URLs", "awww", "#quay", "url2", "."]
)
def test_other_words_stay(word):
    assert anonymise(word) == word


@given(TWEETISH)
def test_idempotent(text):
    assert anonymise(anonymise(text)) == anonymise(text)


@given(TWEETISH.filter(lambda text: text.split() == [text]))
def test_a_word_stays_one_word(word):
    assert anonymise(word).split() == [anonymise(word)]
