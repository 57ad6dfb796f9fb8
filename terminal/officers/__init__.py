"""Officers who may use a terminal: their roster, their PINs, and the wrong PINs that were tried."""
