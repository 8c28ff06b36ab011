"""A stand-in for Google's servers: token, Data API, Content ID API and Reporting API.

It plays the synthetic catalogue of this package, keeps what is written to it, and misbehaves on
request. It exists so that everything which speaks to YouTube can be tried, tested and measured
without an account, over real HTTP.
"""
