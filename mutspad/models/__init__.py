"""The network: word representation, hierarchy, heads (paper section 3)."""
