"""What people say about a story: values, sources, understanding, claims, storage.

Nothing in here reads a clock, the command line, the environment or a config file.
"""
