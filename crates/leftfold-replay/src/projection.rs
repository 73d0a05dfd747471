//! What a projection is: a named fold with an initial state.

use leftfold_event::json::Value;

use crate::blame::BlameTree;
use crate::step::{HandlerError, Step};

/// A named fold.
pub trait Projection: Send + Sync {
    /// Its name, unique among the projections of a session.
    fn name(&self) -> &str;

    /// The state before the first event.
    fn initial(&self) -> Value;

    /// Applies one event. On an error the state is exactly what it was before.
    fn apply(&self, state: &mut Value, step: &Step<'_>) -> Result<(), HandlerError>;

    /// Applies one event to the state and to its blame, which name the same tree. `event` is the event's index.
    /// Projections that know what an event touches do better than this comparison of both states.
    fn apply_with_blame(
        &self,
        state: &mut Value,
        blame: &mut BlameTree,
        event: usize,
        step: &Step<'_>,
    ) -> Result<(), HandlerError> {
        let before = state.clone();
        self.apply(state, step)?;
        blame.update(&before, state, event);
        Ok(())
    }

    /// A fold over many events that may keep its state in whatever form is fast.
    fn fold<'a>(&'a self) -> Box<dyn Fold + 'a> {
        Box::new(StepwiseFold {
            projection: self,
            state: self.initial(),
        })
    }
}

/// A fold under way. Gives exactly the states that [`Projection::apply`] gives.
pub trait Fold {
    /// Begins again from this state, keeping buffers.
    fn start(&mut self, state: Value);

    /// Applies one event. On an error the state is what it was before.
    fn push(&mut self, step: &Step<'_>) -> Result<(), HandlerError>;

    /// The state so far; the fold can go on.
    fn state(&self) -> Value;
}

/// A fold that calls [`Projection::apply`] for every event.
struct StepwiseFold<'a, P: ?Sized> {
    projection: &'a P,
    state: Value,
}

impl<P: Projection + ?Sized> Fold for StepwiseFold<'_, P> {
    fn start(&mut self, state: Value) {
        self.state = state;
    }

    fn push(&mut self, step: &Step<'_>) -> Result<(), HandlerError> {
        self.projection.apply(&mut self.state, step)
    }

    fn state(&self) -> Value {
        self.state.clone()
    }
}
