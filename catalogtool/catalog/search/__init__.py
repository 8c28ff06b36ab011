"""Finding videos: the grammar of a request, the SQL it means, and the page it answers.

Pure parts first: `parameters` (bytes to texts), `values` and `filters` (texts to frozen values),
`request` (the whole question). Then `conditions`, `ordering` and `positions` (values to SQL).
`known` is what the process remembers of the catalogue; `question` asks it how many videos there
are, `lists` which ones, `window` finds the places of a page by `index_walk`, `scan` or `pages`,
`rows` and `latest` read what stands there, and `find` puts it together.
"""
