-- EventFlow (.NET) on SQLite: type and time stand in the metadata.
CREATE TABLE EventFlow (GlobalSequenceNumber INTEGER PRIMARY KEY ASC NOT NULL, BatchId uniqueidentifier NOT NULL, AggregateId nvarchar(255) NOT NULL, AggregateName nvarchar(255) NOT NULL, Data nvarchar(1024) NOT NULL, Metadata nvarchar(1024) NOT NULL, AggregateSequenceNumber int NOT NULL);
CREATE UNIQUE INDEX IX_EventFlow_AggregateId_AggregateSequenceNumber ON EventFlow (AggregateId, AggregateSequenceNumber);
INSERT INTO EventFlow VALUES
 (1, 'b1', 'cart-1', 'CartAggregate', '{"Sku":"A"}', '{"timestamp":"2026-01-02T03:04:05.5019198+01:00","aggregate_sequence_number":"1","aggregate_name":"CartAggregate","aggregate_id":"cart-1","event_id":"event-1","timestamp_epoch":"1767319445","event_name":"ItemAdded","event_version":"1"}', 1),
 (2, 'b1', 'cart-2', 'CartAggregate', '{"Sku":"B"}', '{"timestamp":"2026-01-02T03:04:06.0000000+01:00","aggregate_sequence_number":"1","event_name":"ItemAdded","event_version":"1","event_id":"event-2"}', 1),
 (3, 'b2', 'cart-1', 'CartAggregate', '{}', '{"timestamp":"2026-01-02T03:04:07.0000000+01:00","aggregate_sequence_number":"2","event_name":"CheckedOut","event_version":"1","event_id":"event-3"}', 2);
