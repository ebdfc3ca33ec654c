"""The console: pages that show what the sandbox has done, and buttons that do the next thing."""
