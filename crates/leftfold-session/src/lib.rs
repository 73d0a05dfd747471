//! The use cases both front ends call; progress, cancellation, DTOs and errors at the boundary.

pub mod contract;
pub mod dto;
