"""The words of the videos' titles, and in which videos each of them is.

`tokens` says what the words of a title are, `bulk` finds those of many titles at once, and `index`
keeps the tables that tell the videos of each word: a row for each word and part of the catalogue.
"""
