"""Keys, trust sets, TLS identities and credentials, for laboratories and issuers."""
