"""Journal: entries, their sealed records, the hash chain and its storage (wire format, section 6)."""
