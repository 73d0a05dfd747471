//! The boundary's commands about how a divergence is shown.
#![allow(missing_docs, reason = "documented in the contract, one table for all")]
#![allow(
    clippy::needless_pass_by_value,
    reason = "arguments arrive owned, as the shell deserialised them"
)]

use std::path::Path;

use leftfold_compare::Hand;
use leftfold_event::Cancel;

use super::likeness;
use crate::contract::{
    BesideArgs, Bytes, CancelStatesArgs, ComparisonKnownArgs, ConvergenceArgs, FindingHeatArgs,
    FindingStatesArgs, LikenessArgs, SideDensityArgs, StatesBesideArgs,
};
use crate::dto::{BesideDto, ConvergenceDto, FindingStatesDto, HandDto, HeatDto, KnownDto, LikenessDto};
use crate::{Session, SessionError};

type Answer<T> = Result<T, SessionError>;

pub fn comparison_known(session: &Session, args: ComparisonKnownArgs) -> Answer<KnownDto> {
    let found = session.comparisons().task(args.comparison)?.found()?;
    Ok(found.known(args.known_at))
}

pub fn side_density(session: &Session, args: SideDensityArgs) -> Answer<Bytes> {
    let found = session.comparisons().task(args.comparison)?.found()?;
    let hand = match args.hand {
        HandDto::Left => Hand::Left,
        HandDto::Right => Hand::Right,
    };
    found.density(hand, args.axis.into(), &args.spans).map(Bytes)
}

pub fn finding_heat(session: &Session, args: FindingHeatArgs) -> Answer<HeatDto> {
    let found = session.comparisons().task(args.comparison)?.found()?;
    found.heat(
        &args.list,
        args.axis.into(),
        args.columns,
        (args.offset, args.limit),
    )
}

pub fn convergence(session: &Session, args: ConvergenceArgs) -> Answer<ConvergenceDto> {
    let found = session.comparisons().task(args.comparison)?.found()?;
    found.convergence(args.known_at, args.columns)
}

pub fn finding_states(session: &Session, args: FindingStatesArgs) -> Answer<FindingStatesDto> {
    let found = session.comparisons().task(args.comparison)?.found()?;
    found.states(
        args.number,
        args.known_at,
        args.projection.as_deref(),
        &found.begin_replay(),
    )
}

pub fn beside(session: &Session, args: BesideArgs) -> Answer<Option<BesideDto>> {
    let found = session.comparisons().task(args.comparison)?.found()?;
    found.beside(&args.place.into(), args.sync, &Cancel::new())
}

pub fn states_beside(session: &Session, args: StatesBesideArgs) -> Answer<FindingStatesDto> {
    let found = session.comparisons().task(args.comparison)?.found()?;
    found.states_beside(
        &args.stream,
        (&args.place.into(), args.sync),
        args.projection.as_deref(),
        &found.begin_replay(),
    )
}

pub fn cancel_states(session: &Session, args: CancelStatesArgs) -> Answer<()> {
    let found = session.comparisons().task(args.comparison)?.found()?;
    found.begin_replay();
    Ok(())
}

pub fn likeness(session: &Session, args: LikenessArgs) -> Answer<Option<LikenessDto>> {
    let source = session.source(args.source)?;
    likeness::likeness(session, &source, Path::new(&args.path), &Cancel::new())
}
