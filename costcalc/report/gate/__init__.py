"""A check or a diff, in words and blocks that every format prints."""
