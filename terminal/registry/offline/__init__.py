"""The offline list: packed records in signed files, with a Bloom filter for daily files."""
