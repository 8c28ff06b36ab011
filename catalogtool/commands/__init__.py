"""The sub-commands of `catalogtool`: each opens what it needs, and delegates."""
