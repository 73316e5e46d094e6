"""The commands: everything the app can do, in plain text, for scripts, CI and screen readers."""
