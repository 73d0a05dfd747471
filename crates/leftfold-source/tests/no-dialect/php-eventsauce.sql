-- EventSauce (PHP), its default table: type and time stand in the payload's headers; identifiers are binary UUIDs.
CREATE TABLE domain_messages (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, event_id BLOB NOT NULL, aggregate_root_id BLOB NOT NULL, version INTEGER NULL, payload TEXT NOT NULL);
CREATE INDEX reconstitution ON domain_messages (aggregate_root_id, version);
INSERT INTO domain_messages (event_id, aggregate_root_id, version, payload) VALUES
 (x'000102030405060708090a0b0c0d0e01', x'f00102030405060708090a0b0c0d0e0f', 1, '{"headers":{"__event_type":"shop.order_placed","__time_of_recording":"2026-01-02 03:04:05.123456+0000","__time_of_recording_format":"Y-m-d H:i:s.uO","__aggregate_root_id":"f0010203-0405-0607-0809-0a0b0c0d0e0f","__aggregate_root_version":1,"correlation_id":"c1"},"payload":{"total":10.10}}'),
 (x'000102030405060708090a0b0c0d0e02', x'f00102030405060708090a0b0c0d0e0f', 2, '{"headers":{"__event_type":"shop.order_paid","__time_of_recording":"2026-01-02 04:04:06.000000+0100","__aggregate_root_version":2},"payload":{"by":"card"}}');
