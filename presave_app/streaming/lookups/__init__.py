"""Look-ups: public catalogues that know where else a release is, one file for each."""
