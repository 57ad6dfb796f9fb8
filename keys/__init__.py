"""Trust and identity: what a laboratory and an issuer need to make keys, trust sets and credentials."""
