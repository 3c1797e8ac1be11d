"""The faults of docs/faults.md, each done for real as far as one machine allows."""
