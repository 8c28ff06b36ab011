"""What YouTube says, brought into the catalogue: a video's metadata, an asset's codes, claims."""
