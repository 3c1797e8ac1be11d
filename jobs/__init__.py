"""Jobs: thin functions that workers call by name. The work itself lies in `presave_app.releases`."""
