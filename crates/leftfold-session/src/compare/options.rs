//! How a front end asks for a comparison.

use leftfold_compare::{Equality, Identity, IdentityBy, Ignored, Tolerance, decimal};

use super::mirror::MirrorOptions;
use super::side::Only;
use crate::dto::{CompareOptionsDto, IdentityDto, Int};
use crate::error::SessionError;

/// Nanoseconds of a millisecond.
const MILLISECOND: i64 = 1_000_000;

/// What a front end's options mean; an error names the one that means nothing.
pub(crate) fn mirror_options(options: &CompareOptionsDto) -> Result<MirrorOptions, SessionError> {
    let ignored = Ignored::parse(options.ignore.iter().map(String::as_str))
        .map_err(|e| SessionError::new("path-syntax", e.to_string()))?;
    let nanos = |ms: Int| ms.0.max(0).saturating_mul(MILLISECOND);
    let number = |text: &String| {
        decimal(text).ok_or_else(|| {
            SessionError::new("number-syntax", format!("{text:?} is no number: write 0.01"))
                .with("text", text.clone())
        })
    };
    Ok(MirrorOptions {
        by: match options.identity {
            IdentityDto::Auto => IdentityBy::Auto,
            IdentityDto::Id => IdentityBy::Fixed(Identity::Id),
            IdentityDto::Version => IdentityBy::Fixed(Identity::Version),
            IdentityDto::Content => IdentityBy::Fixed(Identity::Content),
        },
        equality: Equality {
            ignored,
            tolerance: Tolerance {
                number: options.number_tolerance.as_ref().map(number).transpose()?,
                time: options.time_tolerance_ms.map(nanos),
            },
            metadata: options.metadata,
        },
        lag_tolerance: nanos(options.lag_tolerance_ms),
        settled: options.settled,
        compacted: [options.left_compacted, options.right_compacted],
        only: Only {
            streams: options.only_streams.clone(),
            categories: options.only_categories.clone(),
            types: options.only_types.clone(),
        },
    })
}
