"""The services that perform the effects of the screens: checks, recording, registry, uploads."""
