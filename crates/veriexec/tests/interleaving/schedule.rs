//! Orders of steps: all of them, one after the other, or some by chance.

use std::cell::RefCell;
use std::collections::hash_map::DefaultHasher;
use std::future::Future;
use std::hash::{Hash, Hasher};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use veriexec::StrictLevel;

use crate::actors::Role;
use crate::world::{Kernel, World};

/// An actor: each poll is one step that nothing comes between.
pub(crate) type Actor = Pin<Box<dyn Future<Output = ()>>>;

/// What became of a search.
#[derive(Debug)]
pub(crate) struct Explored {
    /// How many orders were tried.
    pub(crate) orders: usize,
    /// What went wrong in the last one.
    pub(crate) violation: Option<String>,
}

/// Tries every order of the roles' steps with so many switches at most, until one goes wrong.
pub(crate) fn explore(
    kernel: Kernel,
    level: StrictLevel,
    roles: &[Role],
    switches: usize,
) -> Explored {
    let mut given = Vec::new();
    for orders in 1.. {
        let choices = Choices { given, taken: Vec::new(), seed: None };
        let (mut taken, violation) = run(kernel, level, roles, choices, switches);
        // The next order: the last choice that can be another one is, and what follows is open.
        while taken.last().is_some_and(|(chosen, of)| chosen + 1 == *of) {
            taken.pop();
        }
        let Some((chosen, _)) = taken.last_mut().filter(|_| violation.is_none()) else {
            return Explored { orders, violation };
        };
        *chosen += 1;
        given = taken.into_iter().map(|(chosen, _)| chosen).collect();
    }
    unreachable!("there are finitely many orders")
}

/// Tries so many orders by chance, the same ones each time.
pub(crate) fn sample(kernel: Kernel, level: StrictLevel, roles: &[Role], count: u64) -> Explored {
    for seed in 0..count {
        let choices = Choices { given: Vec::new(), taken: Vec::new(), seed: Some(seed) };
        let (_, violation) = run(kernel, level, roles, choices, usize::MAX);
        if violation.is_some() {
            return Explored { orders: seed as usize + 1, violation };
        }
    }
    Explored { orders: count as usize, violation: None }
}

fn run(
    kernel: Kernel,
    level: StrictLevel,
    roles: &[Role],
    choices: Choices,
    switches: usize,
) -> (Vec<(usize, usize)>, Option<String>) {
    let world = Rc::new(World::new(kernel, level));
    let actors = roles.iter().map(|role| Some(role.act(Rc::clone(&world)))).collect();
    let state = State { actors, choices, current: None, switches };
    *world.schedule.state.borrow_mut() = Some(state);
    while world.schedule.step(&world, false) {}
    let state = world.schedule.state.borrow_mut().take().unwrap();
    (state.choices.taken, world.violation())
}

/// Who is yet to act, and how the next is chosen.
#[derive(Default)]
pub(crate) struct Schedule {
    state: RefCell<Option<State>>,
}

struct State {
    /// `None` for those that are done, and for one whose step is not over.
    actors: Vec<Option<Actor>>,
    choices: Choices,
    current: Option<usize>,
    switches: usize,
}

impl Schedule {
    /// Lets one actor take a step; `false` if none is left, or, where the one that asks could go
    /// on by itself, if it does.
    fn step(&self, world: &Rc<World>, may_stay: bool) -> bool {
        let Some((index, mut actor)) = self.choose(may_stay) else { return false };
        let polled = actor.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        world.check();
        if polled == Poll::Pending {
            self.state.borrow_mut().as_mut().unwrap().actors[index] = Some(actor);
        }
        true
    }

    fn choose(&self, may_stay: bool) -> Option<(usize, Actor)> {
        let mut state = self.state.borrow_mut();
        let State { actors, choices, current, switches } = state.as_mut().unwrap();
        let ready: Vec<_> = (0..actors.len()).filter(|index| actors[*index].is_some()).collect();
        let going_on = current.filter(|index| ready.contains(index));
        if *switches == 0 && (may_stay || going_on.is_some()) {
            let index = going_on.filter(|_| !may_stay)?;
            return Some((index, actors[index].take().unwrap()));
        }
        let index = match choices.next(ready.len() + usize::from(may_stay)) {
            chosen if chosen < ready.len() => ready[chosen],
            _ => return None,
        };
        if may_stay || going_on.is_some_and(|current| current != index) {
            *switches = switches.saturating_sub(1);
        }
        *current = Some(index);
        Some((index, actors[index].take().unwrap()))
    }

    /// Lets others act in the middle of a step of one that cannot wait.
    pub(crate) fn meanwhile(&self, world: &Rc<World>) {
        while self.step(world, true) {}
    }
}

struct Choices {
    /// What is to be chosen, as far as that is settled; then the first, or what chance says.
    given: Vec<usize>,
    /// What was chosen, and of how many.
    taken: Vec<(usize, usize)>,
    seed: Option<u64>,
}

impl Choices {
    fn next(&mut self, of: usize) -> usize {
        let chosen = match (of, self.seed) {
            (0, _) => return 0,
            (_, Some(seed)) => {
                let mut hasher = DefaultHasher::new();
                (seed, self.taken.len()).hash(&mut hasher);
                hasher.finish() as usize % of
            }
            _ => self.given.get(self.taken.len()).copied().unwrap_or(0),
        };
        self.taken.push((chosen, of));
        chosen
    }
}

/// The end of a step.
pub(crate) async fn pause() {
    let mut paused = false;
    std::future::poll_fn(|_| {
        if std::mem::replace(&mut paused, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}
