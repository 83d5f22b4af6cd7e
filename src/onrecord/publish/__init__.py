"""Publishing: what the archive holds, written out for others."""
