"""Who may see what: roles and their settings, masking of personal details, users and signing in."""
