complete --keep-order --exclusive --command lac --arguments "(COMPLETE=fish lac -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
