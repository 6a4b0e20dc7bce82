"""Where the office's rows lie, as far as copies of them go: embedded (SQLite) or on a server (PostgreSQL). No Django but in `move`."""
