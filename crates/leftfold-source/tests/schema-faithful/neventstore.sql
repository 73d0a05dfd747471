-- Schema-faithful: tables as NEventStore creates them on SQLite, rows written by hand.
CREATE TABLE Commits (BucketId varchar(40) NOT NULL, StreamId char(40) NOT NULL, StreamIdOriginal nvarchar(1000) NOT NULL, StreamRevision int NOT NULL CHECK (StreamRevision > 0),
 Items tinyint NOT NULL CHECK (Items > 0), CommitId guid NOT NULL, CommitSequence int NOT NULL, CommitStamp datetime NOT NULL, Dispatched bit NOT NULL DEFAULT 0,
 CheckpointNumber integer PRIMARY KEY AUTOINCREMENT NOT NULL, Headers blob NULL, Payload blob NOT NULL);
CREATE TABLE Snapshots (BucketId varchar(40) NOT NULL, StreamId char(40) NOT NULL, StreamRevision int NOT NULL, Payload blob NOT NULL, PRIMARY KEY (BucketId, StreamId, StreamRevision));
INSERT INTO Commits VALUES
 ('default', 'da39a3ee5e6b4b0d3255bfef95601890afd80709', 'order-1', 2, 2, 'g1', 1, '2026-01-02 03:04:05.1234567', 0, 1, CAST('{"CorrelationId":"c"}' AS BLOB),
  CAST('[{"Headers":{},"Body":{"$type":"Shop.Placed, Shop","total":10.10}},{"Headers":{"k":"v"},"Body":{"$type":"Shop.Paid, Shop","n":9007199254740993}}]' AS BLOB)),
 ('tenant', 'xx', 'order-1', 1, 1, 'g2', 1, '2026-01-02 03:04:06', 0, 2, NULL, CAST(x'efbbbf' || CAST('[{"Headers":{},"Body":{"$type":"Shop.Placed, Shop"}}]' AS BLOB) AS BLOB)),
 ('default', 'yy', 'order-1', 3, 1, 'g3', 2, '2026-01-02 03:04:07', 0, 3, NULL, x'0001ff00feed');
