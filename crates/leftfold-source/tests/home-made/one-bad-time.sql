-- One time is no time: the column stays, and that event says what it found.
CREATE TABLE order_events (id INTEGER PRIMARY KEY, order_id TEXT, version INTEGER, type TEXT, recorded_at TEXT, data TEXT);
INSERT INTO order_events VALUES (1, 'o1', 1, 'Placed', '2026-01-02T03:04:05Z', '{}'), (2, 'o1', 2, 'Paid', 'yesterday', '{}');
