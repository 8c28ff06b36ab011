"""The parts of `benchmarks/search.py`.

The order to read in: `words`, `draws`, `rows`, `bare`, `catalogue` (what is searched) · `facts`,
`filters`, `questions` (what is asked) · `sizes`, `floor`, `serving`, `server`, `client` (whom) ·
`mix`, `plans`, `naive`, `crowd`, `walk`, `edit` (what is measured) · `databases`, `table`.
"""
