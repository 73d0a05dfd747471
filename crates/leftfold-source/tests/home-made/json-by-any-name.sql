-- The payload's column is called otherwise; what is JSON is found by its values. The stream's name says nothing either.
CREATE TABLE order_log (no INTEGER PRIMARY KEY, cart TEXT, seq INTEGER, action TEXT, at TEXT, remark TEXT, details TEXT);
INSERT INTO order_log VALUES (1, 'c1', 1, 'Placed', '2026-01-02T03:04:05Z', 'fine', '{"n":1}'), (2, 'c2', 1, 'Placed', '2026-01-02T03:04:05Z', NULL, '{"n":2}'), (3, 'c1', 2, 'Paid', '2026-01-02T03:04:06Z', 'card', '["x"]'), (4, 'c2', 2, 'Paid', '2026-01-02T03:04:06Z', 'card', '{}');
