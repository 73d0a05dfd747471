-- Schema-faithful: tables of pekko-persistence-jdbc carried over to SQLite, rows written by hand.
CREATE TABLE event_journal (ordering INTEGER PRIMARY KEY AUTOINCREMENT, deleted BOOLEAN DEFAULT false NOT NULL, persistence_id VARCHAR(255) NOT NULL, sequence_number BIGINT NOT NULL, writer TEXT NOT NULL, write_timestamp BIGINT NOT NULL,
 adapter_manifest TEXT NOT NULL, event_payload BLOB NOT NULL, event_ser_id INTEGER NOT NULL, event_ser_manifest TEXT NOT NULL, meta_payload BLOB, meta_ser_id INTEGER, meta_ser_manifest TEXT, UNIQUE (persistence_id, sequence_number));
CREATE TABLE event_tag (event_id BIGINT, persistence_id VARCHAR(255), sequence_number BIGINT, tag VARCHAR(255), PRIMARY KEY (persistence_id, sequence_number, tag));
INSERT INTO event_journal VALUES
 (1, 0, 'Order|1', 1, 'w', 1767323045123, '', x'aced0005737200ff', 1, '', NULL, NULL, NULL),
 (2, 0, 'Order|1', 2, 'w', 1767323045124, '', CAST('{"n":1}' AS BLOB), 33, 'shop.Paid', NULL, NULL, NULL),
 (3, 1, 'Order|1', 3, 'w', 1767323045125, '', x'00', 1, 'shop.Gone', NULL, NULL, NULL);
