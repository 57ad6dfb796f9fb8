"""The encoding that everything signed shares: deterministic CBOR, COSE_Sign1 and message fields."""
