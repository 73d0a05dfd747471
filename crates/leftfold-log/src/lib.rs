//! Columns, postings, filters and density over the events of one source.
