-- A layout like a PHP library's: everything named in its own words.
CREATE TABLE eventstore (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, stream VARCHAR(255) NOT NULL, playhead INTEGER DEFAULT NULL, event_name VARCHAR(255) NOT NULL, event_payload CLOB NOT NULL, recorded_on DATETIME NOT NULL, archived BOOLEAN DEFAULT 0 NOT NULL, custom_headers CLOB NOT NULL);
INSERT INTO eventstore VALUES (1, 'profile-1', 1, 'profile.created', '{"name":"x"}', '2026-01-02 03:04:05', 0, '[]'), (2, 'profile-1', 2, 'profile.renamed', '{"name":"y"}', '2026-01-02 03:04:06', 0, '[]');
