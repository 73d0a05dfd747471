-- Ncqrs (.NET) on SQLite: Version is the schema version of the event's class, Sequence its place in the stream.
CREATE TABLE Events (Id GUID NOT NULL, TimeStamp date NOT NULL, Name TEXT NOT NULL, Version TEXT NOT NULL, EventSourceId GUID NOT NULL, Sequence LONG not null, Data varbinary NOT NULL);
CREATE TABLE EventSources (Id GUID NOT NULL, Type TEXT NOT NULL, Version INT NOT NULL);
CREATE TABLE Snapshots (EventSourceId GUID NOT NULL, Version INTEGER, TimeStamp date NOT NULL, Type TEXT NOT NULL, Data varbinary NOT NULL);
INSERT INTO Events VALUES
 ('e1', '2026-01-02 03:04:05', 'NoteCreated', '1', 's1', 1, CAST('<Note><Text>x</Text></Note>' AS BLOB)),
 ('e2', '2026-01-02 03:04:06', 'NoteCreated', '1', 's2', 1, CAST('<Note><Text>y</Text></Note>' AS BLOB)),
 ('e3', '2026-01-02 03:04:07', 'NoteChanged', '1', 's1', 2, CAST('<Note><Text>z</Text></Note>' AS BLOB));
INSERT INTO EventSources VALUES ('s1', 'Note', 2), ('s2', 'Note', 1);
