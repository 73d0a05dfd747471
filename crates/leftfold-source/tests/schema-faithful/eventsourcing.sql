-- Schema-faithful: tables as the Python library eventsourcing creates them, rows written by hand.
CREATE TABLE stored_events (originator_id TEXT, originator_version INTEGER, topic TEXT, state BLOB, PRIMARY KEY (originator_id, originator_version));
CREATE TABLE stored_snapshots (originator_id TEXT, originator_version INTEGER, topic TEXT, state BLOB, PRIMARY KEY (originator_id, originator_version)) WITHOUT ROWID;
CREATE TABLE tracking (application_name TEXT, notification_id INTEGER, PRIMARY KEY (application_name, notification_id)) WITHOUT ROWID;
INSERT INTO stored_events (originator_id, originator_version, topic, state) VALUES
 ('0f1e2d3c4b5a69788796a5b4c3d2e1f0', 1, 'bank.domain:Account.Opened', CAST('{"originator_topic":"bank.domain:Account","timestamp":{"_type_":"datetime_iso","_data_":"2026-01-02T03:04:05.123456+00:00"},"balance":{"_type_":"decimal_str","_data_":"0.10"}}' AS BLOB)),
 ('0f1e2d3c4b5a69788796a5b4c3d2e1f0', 2, 'bank.domain:Account.Credited', CAST('{"timestamp":{"_type_":"datetime_iso","_data_":"2026-01-02T03:04:06.000001+00:00"},"amount":9007199254740993}' AS BLOB)),
 ('0f1e2d3c4b5a69788796a5b4c3d2e1f0', 3, 'bank.domain:Account.Credited', x'8d0f3c77a1e29b54c6d81f02e7935ab0114fd2c8997e60b3aa5cf1e84d27093b6e');
INSERT INTO stored_snapshots VALUES ('0f1e2d3c4b5a69788796a5b4c3d2e1f0', 2, 'eventsourcing.domain:Snapshot', CAST('{"state":{}}' AS BLOB));
