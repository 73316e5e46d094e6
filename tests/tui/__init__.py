"""The app, driven as a person would."""
