-- Schema-faithful: table as Axon Framework 5 creates it by JPA with snake_case names, rows written by hand.
CREATE TABLE aggregate_event_entry (global_index INTEGER NOT NULL, aggregate_identifier VARCHAR(255), aggregate_sequence_number BIGINT, aggregate_type VARCHAR(255),
 identifier VARCHAR(255) NOT NULL, metadata BLOB, payload BLOB NOT NULL, timestamp VARCHAR(255) NOT NULL, type VARCHAR(255) NOT NULL, version VARCHAR(255) NOT NULL,
 PRIMARY KEY (global_index), UNIQUE (aggregate_identifier, aggregate_sequence_number), UNIQUE (identifier));
CREATE TABLE token_entry (processor_name VARCHAR(255) NOT NULL, segment INTEGER NOT NULL, token BLOB, token_type VARCHAR(255), timestamp VARCHAR(255), owner VARCHAR(255), PRIMARY KEY (processor_name, segment));
INSERT INTO aggregate_event_entry VALUES
 (1, 'o-1', 1, 'Order', 'e-1', CAST('{"correlationId":"root","causationId":"cmd"}' AS BLOB), CAST('{"total":10.10}' AS BLOB), '2026-01-02T03:04:06.000Z', 'shop.OrderPlaced', '2.0.0'),
 (2, NULL, NULL, NULL, 'e-2', CAST('{}' AS BLOB), CAST('{"tick":1}' AS BLOB), '2026-01-02T03:04:05.000Z', 'shop.Tick', '0.0.1');
