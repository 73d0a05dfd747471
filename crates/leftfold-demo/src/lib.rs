//! A seeded generator of a shop's events over one day.
