"""What stands behind bin/demo, bin/test and bin/lint: environment, servers, processes. Not for production."""
