"""What our connectors call, as OpenAPI, and two things made of it: a checker for tests and a comparison."""
