"""Reading damaged or bent QR codes: finding the symbol, sampling its grid, decoding it."""
