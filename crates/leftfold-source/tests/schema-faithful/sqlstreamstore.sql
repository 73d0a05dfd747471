-- Schema-faithful: SqlStreamStore v3's tables carried over to SQLite, rows written by hand.
CREATE TABLE Streams (Id TEXT NOT NULL, IdOriginal TEXT NOT NULL, IdOriginalReversed TEXT, IdInternal INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, Version INTEGER NOT NULL DEFAULT -1, Position INTEGER NOT NULL DEFAULT -1, MaxAge INTEGER, MaxCount INTEGER);
CREATE TABLE Messages (StreamIdInternal INTEGER NOT NULL, StreamVersion INTEGER NOT NULL, Position INTEGER NOT NULL, Id TEXT NOT NULL, Created TEXT NOT NULL, Type TEXT NOT NULL, JsonData TEXT NOT NULL, JsonMetadata TEXT, PRIMARY KEY (Position)) WITHOUT ROWID;
INSERT INTO Streams VALUES ('hash', 'Order-1', '1-redrO', 4, 1, 1, NULL, NULL);
INSERT INTO Messages VALUES
 (4, 1, 20, 'e2', '2026-01-02T03:04:06.0000000', 'Paid', '{}', NULL),
 (4, 0, 10, 'e1', '2026-01-02T03:04:05.1234567', 'Placed', '{"n":1}', '{"correlationId":"c"}');
