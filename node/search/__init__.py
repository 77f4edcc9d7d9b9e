"""Finding projects, files and the reasons behind landings by words."""
