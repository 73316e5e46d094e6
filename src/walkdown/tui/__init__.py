"""The app on the screen. Only this room knows Textual; `cli` imports it when it is to be shown."""
