"""The queue of what is owed to YouTube: entering, claiming under a lease, ending, waiting again."""
