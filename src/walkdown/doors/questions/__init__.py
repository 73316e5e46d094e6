"""Questions to the map: what is missing, or stands where it should not."""
