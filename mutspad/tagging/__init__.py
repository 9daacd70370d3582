"""Raw text in, documents out: tokeniser, pipeline, formats, pages and a spaCy component."""
