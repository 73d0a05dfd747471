-- Schema-faithful: table as Akka.Persistence.Sqlite creates it, rows written by hand.
CREATE TABLE event_journal (ordering INTEGER PRIMARY KEY NOT NULL, persistence_id VARCHAR(255) NOT NULL, sequence_nr INTEGER(8) NOT NULL, is_deleted INTEGER(4) NOT NULL, manifest VARCHAR(255) NULL,
 timestamp INTEGER NOT NULL, payload BLOB NOT NULL, tags VARCHAR(2000) NULL, serializer_id INTEGER(4), UNIQUE (persistence_id, sequence_nr));
INSERT INTO event_journal VALUES
 (1, 'order-1', 1, 0, 'Shop.Placed, Shop', 639028082451234567, CAST('{"total":1}' AS BLOB), ';a;', 1),
 (2, 'order-1', 2, 1, 'Shop.Deleted, Shop', 639028082461234567, x'00', NULL, 1),
 (3, 'order-1', 3, 0, 'Shop.Paid, Shop', 639028082471234567, x'0a0b00ffc3280102', NULL, 4);
