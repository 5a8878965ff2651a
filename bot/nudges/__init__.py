"""Nudges: what the network office sets, who gets it when, and the truth about what became of it. All pure."""
