"""Parts of the benchmarks of the work with YouTube: a stage, a sandbox, workers, and the proofs."""
