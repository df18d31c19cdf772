"""`python -m model`: train, evaluate, export, embed, info."""

from model.commands import main

main()
