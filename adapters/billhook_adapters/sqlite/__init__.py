"""What reads a SQLite file by its driver alone, for commands that have to be quick."""
