"""What a proof says of itself, in words, for whoever is handed one."""

from __future__ import annotations

README = """\
A proof from an archive of On Record
====================================

Article   {headline}
          {url}
Archive   {archive}
Key       {fingerprint}
Made      {made_at}

To check it, with Python 3.9 or later:

    python -m pip install cryptography
    python check.py THIS-FILE.proof.zip --fingerprint {short}
{verify}
check.py lies in this file; take it from a place that you trust if you do not trust whoever gave you this. The
fingerprint is worth what its source is worth: ask the archive's owner for it by a way that you trust.


What it proves, if the key is its owner's
-----------------------------------------

- The owner of the key held the files in files/ and the payloads in captures/ no later than the moments that check.py
  names. Each stands, by its SHA-256, in a line of the archive's ledger; the lines are a chain, each with the digest of
  the one before; and the chain was signed.
- Nothing of it was changed since: not a byte of the documents, pictures and payloads, nor of the ledger's lines.
{stamped}
What it does not prove
----------------------

- That the moments are true. They are read off the clock of the archive's owner, and the owner signs for them.{unless}
- That the publisher sent these bytes. The owner of the archive says so; no server signs what it sends. Other archives
  that hold the same bytes are the best witness.
- That the document says what the page says: it is read out of the page by a program, which can be wrong. The page's own
  bytes lie in captures/.
- What the records in captures/ say beside the payload (headers, addresses, times): this proof's own signature covers
  that, as of the day on which it was made, and no ledger line does.
- That anything in it is true.


What is in it
-------------

{contents}
"""

STAMPED = """\
- A service of others saw the signed words, and so all before them, no later than the time that it answered with: this
  is proved once you have verified the answers in stamps/, for which you need nothing of the owner's.
"""
UNLESS = """
  The answers in stamps/ are a witness who is not the owner, and can be verified without believing the owner at all."""
VERIFY = """
The answers of time-stamping services, in stamps/, are signed with their own keys. check.py tells what they say; that
they are signed by whom you trust is verified by openssl, with the service's certificate, which you fetch from the
service yourself (of OpenTimestamps, by its own program, ots):

    python check.py THIS-FILE.proof.zip --fingerprint {short} --stamps-ca CA.pem
"""

CONTENTS = {
    "README.txt": "this",
    "check.py": "the program that checks it",
    "proof.json": "what is claimed, with the digest of every other file; proof.sig is the key's signature of it",
    "ledger/": "lines of the archive's ledger, each run up to a signed one; keys.jsonl has the lines that name keys",
    "files/": "documents and pictures, as they stand in the archive",
    "captures/": "what servers sent, each as a record of a WARC file",
    "stamps/": "the words that were signed, what a time-stamping service was asked, and what it answered",
}
