"""Rendering: an article as a document, a page, plain text for a terminal, or JSON.

Pure: no files, network, clock or log. `document` alone is read back; the others are views.
"""
