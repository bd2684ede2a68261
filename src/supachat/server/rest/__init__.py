"""PostgREST: a URL becomes a tree, the tree one SQL statement, its answer an HTTP response.

`app` is its face. Must never paste a stranger's text into SQL: see `pieces`.
"""
