-- JSON as .NET's StreamWriter leaves it: behind a byte order mark, as text and as bytes.
CREATE TABLE happenings (no INTEGER PRIMARY KEY, cart TEXT, seq INTEGER, action TEXT, details, meta TEXT);
INSERT INTO happenings VALUES (1, 'c-1', 1, 'Placed', char(0xfeff) || '{"n":1.10}', char(0xfeff) || '{"user":"ann"}'), (2, 'c-2', 1, 'Placed', CAST(char(0xfeff) || '{"n":2}' AS BLOB), '{}'), (3, 'c-1', 2, 'Paid', CAST(char(0xfeff) || ' ["x"]' AS BLOB), '{}'), (4, 'c-2', 2, 'Paid', char(0xfeff) || '{"n":', '{}');
