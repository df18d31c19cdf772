"""How fast it is, beside what it could be and what others would be: `python -m bench --help`."""
