-- Schema-faithful: table as Broadway's DBAL event store creates it, rows written by hand.
CREATE TABLE events (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, uuid BLOB NOT NULL, playhead INTEGER NOT NULL, payload CLOB NOT NULL, metadata CLOB NOT NULL, recorded_on VARCHAR(32) NOT NULL, type VARCHAR(255) NOT NULL, UNIQUE (uuid, playhead));
INSERT INTO events VALUES
 (1, x'00112233445566778899aabbccddeeff', 0, '{"class":"Shop\\Placed","payload":{"total":1.50}}', '{"class":"Broadway\\Domain\\Metadata","payload":{"user":1}}', '2026-01-02T03:04:05.123456+00:00', 'Shop.Placed'),
 (2, x'00112233445566778899aabbccddeeff', 1, '{"class":"Shop\\Paid","payload":{}}', '{"class":"Broadway\\Domain\\Metadata","payload":[]}', '2026-01-02T04:04:05.123456+01:00', 'Shop.Paid');
