"""Where the numbers of a report come from: parameters, files, versions, times."""
