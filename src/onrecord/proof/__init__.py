"""Proofs: what the archive held, and when, in one file that a stranger can check without On Record.

`bundle` gathers it; `check` is the one file of plain Python that goes with it; `stamps` asks a service that others
trust for the time.
"""

from onrecord.proof.bundle import Proof, prove

__all__ = ["Proof", "prove"]
