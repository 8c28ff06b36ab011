"""Finding videos: the grammar of a request, the SQL it means, and the page it answers.

Pure parts first: `parameters` (bytes to texts), `values` and `filters` (texts to frozen values),
`request` (the whole question). Then `conditions`, `ordering` and `positions` (values to SQL), and
at last `matches`, `pages`, `rows` and `latest`, which ask the database; `find` puts it together.
"""
