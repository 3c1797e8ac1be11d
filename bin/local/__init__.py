"""What stands behind the programs in bin/: environment, servers, processes. Not for production."""
