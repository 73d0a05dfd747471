//! The left fold: state at a point, diff, blame and history.
