CREATE TABLE event_sourcery_streams (
	id INTEGER NOT NULL,
	uuid CHAR(32) NOT NULL,
	name VARCHAR(255),
	category VARCHAR(255) NOT NULL,
	tenant_id VARCHAR(255) NOT NULL,
	version BIGINT,
	PRIMARY KEY (id),
	UNIQUE (uuid, category, tenant_id),
	UNIQUE (name, category, tenant_id)
);
CREATE TABLE event_sourcery_outbox_entries (
	id INTEGER NOT NULL,
	created_at DATETIME NOT NULL,
	data TEXT NOT NULL,
	stream_name VARCHAR(255),
	position INTEGER,
	tries_left INTEGER NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE event_sourcery_projector_cursors (
	id INTEGER NOT NULL,
	name VARCHAR(255) NOT NULL,
	stream_id CHAR(32) NOT NULL,
	category VARCHAR(255),
	version BIGINT NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE event_sourcery_events (
	id INTEGER NOT NULL,
	version INTEGER,
	uuid CHAR(32),
	name VARCHAR(200) NOT NULL,
	data TEXT NOT NULL,
	event_context TEXT NOT NULL,
	created_at DATETIME NOT NULL,
	db_stream_id INTEGER NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(db_stream_id) REFERENCES event_sourcery_streams (id)
);
CREATE TABLE event_sourcery_snapshots (
	uuid CHAR(32) NOT NULL,
	version INTEGER NOT NULL,
	name VARCHAR(50) NOT NULL,
	data TEXT NOT NULL,
	event_context TEXT NOT NULL,
	created_at DATETIME NOT NULL,
	db_stream_id INTEGER NOT NULL,
	PRIMARY KEY (uuid),
	FOREIGN KEY(db_stream_id) REFERENCES event_sourcery_streams (id)
);
