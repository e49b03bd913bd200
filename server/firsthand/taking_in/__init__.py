"""An export brought back in: into an empty account, here or on another instance."""
