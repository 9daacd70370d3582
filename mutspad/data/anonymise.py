"""Replace handles and URLs by placeholders (paper 5.1, footnote 1).

The paper says "simple rules"; ours: BERTweet's forms `@USER` and `HTTPURL`, with TweeBank's
numbered forms (`@USER1490`, `URL218`) folded into them. A handle or a URL counts wherever no letter
or digit stands right before it, so `(@name` is covered, while e-mail addresses, the lone `@` ("at")
and faces such as `@_@` stay. URLs cut short by Twitter (`https:...`, `http`) count as URLs.
"""

import re

USER = "@USER"
URL = "HTTPURL"

_HANDLE = re.compile(r"(?<!\w)@(?=_*[A-Za-z0-9])[A-Za-z0-9_]+")
_URL_WORD = re.compile(r"(?<!\w)(?:(?i:https?|www)(?!\w).*|URL\d+(?!\w))", re.DOTALL)


def anonymise(word: str) -> str:
    """Replace the handle or URL in a word by its placeholder; idempotent."""
    return _HANDLE.sub(USER, _URL_WORD.sub(URL, word))
