"""What is measured against Stanza, Flair and spaCy, side by side in one run."""
