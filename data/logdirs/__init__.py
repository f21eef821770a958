"""Log directories of training runs: what lies there now, and how it is read."""
