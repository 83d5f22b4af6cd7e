"""The pipeline: where fetching, reading, deciding and keeping meet.

    Source --discover--> Entry --fetch--> Capture --judge--> Verdict --extract--> Article --compare--> Revision

`run` is its face: `update`, `save_pages`, `find_sources`; `watching` runs rounds by schedule. `round` plans and
paces, `discovery` reads what sources list, `articles` looks and keeps, `pictures` gathers, `writing` is the one
way into the archive.
Nothing is imported here, so that a command that only tells of rounds starts without what runs them.
"""
