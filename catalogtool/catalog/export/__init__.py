"""Taking the catalogue home as CSV, whatever its size.

`columns` says what a file can hold and how PostgreSQL writes it, `request` reads the question,
`extent` finds out which row ids it is about, `pieces` reads them one short COPY after the other,
and `csv_file` makes one file of the pieces.
"""
