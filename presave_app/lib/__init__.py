"""Pure helpers: no Flask, no database, nothing of the product's own words."""
