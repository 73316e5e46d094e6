"""What we know of other people's libraries: web frameworks, ways to the data, who somebody is. One file each."""
