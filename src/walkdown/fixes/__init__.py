"""Changes to the target that a person asked for and saw first. `apply` is the only writer."""
