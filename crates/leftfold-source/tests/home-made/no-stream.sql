-- Events without any stream: their table's name and contents speak for them.
CREATE TABLE audit_events (id INTEGER PRIMARY KEY, event_type TEXT, occurred_at TEXT, data TEXT);
INSERT INTO audit_events VALUES (1, 'LoggedIn', '2026-01-02T03:04:05Z', '{"user":"x"}'), (2, 'LoggedOut', '2026-01-02T03:04:06Z', '{"user":"x"}');
