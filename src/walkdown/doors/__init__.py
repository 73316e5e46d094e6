"""Our own analyser: the map from every entrance of the application to the data it touches."""
