"""The demo: three small made-up publications and a wire, and a loopback server that answers for them.

`stories` reads what they print, `pages`, `lists` and `pictures` make what is sent, `newsroom` decides what
is answered on which day, `server` says it over HTTP, and `expected` knows what all of it should come to.
Every word and picture is the project's own; no host here is anybody's.
"""
