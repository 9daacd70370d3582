"""The paper's claims, each with the verdict that our results give."""
