-- Schema-faithful: table as Axon Framework 4 creates it by JDBC, rows written by hand.
CREATE TABLE DomainEventEntry (globalIndex INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, aggregateIdentifier VARCHAR(255) NOT NULL,
 sequenceNumber BIGINT NOT NULL, type VARCHAR(255), eventIdentifier VARCHAR(255) NOT NULL, metaData BLOB, payload BLOB NOT NULL,
 payloadRevision VARCHAR(255), payloadType VARCHAR(255) NOT NULL, timeStamp VARCHAR(255) NOT NULL,
 UNIQUE (aggregateIdentifier, sequenceNumber), UNIQUE (eventIdentifier));
CREATE TABLE SnapshotEventEntry (aggregateIdentifier VARCHAR(255) NOT NULL, sequenceNumber BIGINT NOT NULL, type VARCHAR(255) NOT NULL,
 eventIdentifier VARCHAR(255) NOT NULL, metaData BLOB, payload BLOB NOT NULL, payloadRevision VARCHAR(255), payloadType VARCHAR(255) NOT NULL,
 timeStamp VARCHAR(255) NOT NULL, PRIMARY KEY (aggregateIdentifier, sequenceNumber));
CREATE TABLE TokenEntry (processorName VARCHAR(255) NOT NULL, segment INTEGER NOT NULL, token BLOB, tokenType VARCHAR(255), timestamp VARCHAR(255), owner VARCHAR(255), PRIMARY KEY (processorName, segment));
INSERT INTO DomainEventEntry VALUES
 (1, 'o-1', 0, 'Order', 'e-1', CAST('{"traceId":"root","correlationId":"cmd"}' AS BLOB), CAST('{"orderId":"o-1","total":10.10}' AS BLOB), NULL, 'shop.OrderPlaced', '2026-01-02T03:04:05.123Z'),
 (2, 'o-1', 1, 'Order', 'e-2', CAST('<meta-data><entry><string>traceId</string><string>root</string></entry><entry><string>correlationId</string><string>e-1</string></entry></meta-data>' AS BLOB), CAST('<shop.OrderPaid><orderId>o-1</orderId><line__no>7</line__no></shop.OrderPaid>' AS BLOB), '2', 'shop.OrderPaid', '2026-01-02T03:04:06.000Z'),
 (3, 'e-3', 0, NULL, 'e-3', CAST('{}' AS BLOB), CAST('{"x":1}' AS BLOB), NULL, 'shop.Tick', '2026-01-02T03:04:07.000Z');
