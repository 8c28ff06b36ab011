"""The words of the videos' titles, the names of artists and labels, and where each of them is.

`tokens` says what the words of a title are, `bulk` finds those of many titles at once, and `index`
keeps the tables that tell the videos of each word: a row for each word and part of the catalogue.
A name is a word of its own; `pieces` says what a text asks of words and names, and `find` asks it.
"""
