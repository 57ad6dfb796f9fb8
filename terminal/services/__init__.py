"""The services that carry out the effects of the screens; `services.Services` is the way in."""
