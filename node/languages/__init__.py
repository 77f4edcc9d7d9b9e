"""Which languages a project is written in: counted landing by landing, by the names of files."""
