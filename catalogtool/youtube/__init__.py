"""Google's APIs for a content owner: tokens, requests, quota, answers; no word of the catalogue."""
