"""How it looks: pure functions from a Report to text, and the phrases of each language."""
