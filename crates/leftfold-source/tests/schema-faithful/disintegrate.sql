-- Schema-faithful: disintegrate's table carried over to SQLite, rows written by hand.
CREATE TABLE event (event_id INTEGER PRIMARY KEY, event_type TEXT NOT NULL, payload BLOB NOT NULL, inserted_at TEXT DEFAULT CURRENT_TIMESTAMP, course_id TEXT, student_id TEXT);
CREATE TABLE event_listener (id TEXT PRIMARY KEY, last_processed_event_id INTEGER, updated_at TEXT);
INSERT INTO event VALUES
 (1, 'CourseCreated', CAST('{"CourseCreated":{"course_id":"c1"}}' AS BLOB), '2026-01-02 03:04:05', 'c1', NULL),
 (2, 'StudentSubscribed', CAST('{"StudentSubscribed":{"course_id":"c1","student_id":"s1"}}' AS BLOB), '2026-01-02 03:04:06', 'c1', 's1'),
 (3, 'Tick', CAST('"Tick"' AS BLOB), '2026-01-02 03:04:07', NULL, NULL);
