"""The runner: claims batches, has them asked for by several threads, lets one thread write."""
