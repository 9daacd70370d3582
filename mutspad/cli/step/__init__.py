"""The workflow's verbs, `mutspad step VERB`: one step each, called by the rules."""
