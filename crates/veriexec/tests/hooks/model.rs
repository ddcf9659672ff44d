//! Random registrations, deregistrations and invocations, also by handlers, against a sorted
//! vector.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, Weak};

use proptest::prelude::*;
use veriexec::hooks::{Counters, Departure, Dynamic, Guard, HookPoint, Topic, Vote};
use veriexec::{Errno, Verdict};

use crate::threads::Threads;

/// What a handler, or the test itself, does.
#[derive(Clone, Debug)]
enum Action {
    /// Registers a handler. With the first event that it is to act on, it does what it is given.
    Register {
        priority: i32,
        votes: [Vote; 2],
        acts: Vec<Action>,
    },
    /// Deregisters one of those that there are, by a number that is wrapped around.
    Deregister {
        which: usize,
    },
    Invoke {
        event: Said,
    },
}

/// An event.
#[derive(Clone, Copy, Debug)]
struct Said {
    /// Which of its votes a handler gives.
    vote: usize,
    /// Whether handlers act.
    act: bool,
}

fn actions() -> impl Strategy<Value = Vec<Action>> {
    let vote = || {
        prop_oneof![
            2 => Just(Vote::Defer),
            2 => Just(Vote::Allow),
            1 => Just(Vote::Deny(Errno::PERM)),
            1 => Just(Vote::Deny(Errno::BUSY)),
        ]
    };
    let invoke = (0..2_usize, any::<bool>())
        .prop_map(|(vote, act)| Action::Invoke { event: Said { vote, act } });
    let leaf =
        prop_oneof![any::<usize>().prop_map(|which| Action::Deregister { which }), invoke.clone(),];
    let action = leaf.prop_recursive(2, 24, 4, move |inner| {
        let register = (-2..2, vote(), vote(), proptest::collection::vec(inner, 0..4)).prop_map(
            |(priority, first, second, acts)| {
                let votes = [first, second];
                Action::Register { priority, votes, acts }
            },
        );
        prop_oneof![
            4 => register,
            2 => any::<usize>().prop_map(|which| Action::Deregister { which }),
            3 => invoke.clone(),
        ]
    });
    proptest::collection::vec(action, 0..24)
}

enum Speech {}

impl Topic for Speech {
    type Event<'a> = Said;
}

type Point = HookPoint<Speech, Dynamic<Speech>, Threads>;
type Held = Guard<'static, Speech, Dynamic<Speech>, Threads>;

/// What happens, in order.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Note {
    Heard(usize),
    Registered(usize),
    Deregistered(usize, Departure),
    Decided(Verdict),
}

/// The real thing, with what is needed to follow what it does.
struct Stage {
    point: &'static Point,
    guards: Mutex<Vec<(usize, Held)>>,
    notes: Mutex<Vec<Note>>,
    /// Dead when the handler of that number is.
    lives: Mutex<Vec<Weak<()>>>,
}

impl Stage {
    fn note(&self, note: Note) {
        self.notes.lock().unwrap().push(note);
    }

    fn act(self: &Arc<Self>, action: &Action) {
        match action {
            Action::Register { priority, votes, acts } => self.register(*priority, *votes, acts),
            Action::Deregister { which } => {
                let (number, guard) = {
                    let mut guards = self.guards.lock().unwrap();
                    if guards.is_empty() {
                        return;
                    }
                    let which = which % guards.len();
                    guards.remove(which)
                };
                let departure = guard.deregister();
                self.note(Note::Deregistered(number, departure));
            }
            Action::Invoke { event } => {
                let verdict = self.point.invoke(event);
                self.note(Note::Decided(verdict));
            }
        }
    }

    fn register(self: &Arc<Self>, priority: i32, votes: [Vote; 2], acts: &[Action]) {
        let life = Arc::new(());
        let number = {
            let mut lives = self.lives.lock().unwrap();
            lives.push(Arc::downgrade(&life));
            lives.len() - 1
        };
        let (stage, acts) = (Arc::downgrade(self), Mutex::new(acts.to_vec()));
        let handler = move |event: &Said| {
            let (_life, stage) = (&life, stage.upgrade().unwrap());
            stage.note(Note::Heard(number));
            if event.act {
                let acts = std::mem::take(&mut *acts.lock().unwrap());
                acts.iter().for_each(|action| stage.act(action));
            }
            votes[event.vote]
        };
        let guard = self.point.register_function("", priority, handler).unwrap();
        self.guards.lock().unwrap().push((number, guard));
        self.note(Note::Registered(number));
    }
}

/// What should happen.
#[derive(Default)]
struct Model {
    handlers: RefCell<Vec<Expected>>,
    /// In order of registration, as the guards are.
    registered: RefCell<Vec<usize>>,
    /// Those that each invocation that has not ended began with.
    running: RefCell<Vec<Vec<usize>>>,
    notes: RefCell<Vec<Note>>,
}

/// A handler in order; a dead one is kept, for those that run it.
struct Expected {
    number: usize,
    priority: i32,
    votes: [Vote; 2],
    acts: Vec<Action>,
    counters: Counters,
    alive: bool,
}

impl Model {
    fn note(&self, note: Note) {
        self.notes.borrow_mut().push(note);
    }

    fn act(&self, action: &Action) {
        match action {
            Action::Register { priority, votes, acts } => {
                let mut handlers = self.handlers.borrow_mut();
                let number = handlers.len();
                let after = handlers.partition_point(|other| other.priority <= *priority);
                handlers.insert(
                    after,
                    Expected {
                        number,
                        priority: *priority,
                        votes: *votes,
                        acts: acts.clone(),
                        counters: Counters::default(),
                        alive: true,
                    },
                );
                self.registered.borrow_mut().push(number);
                self.note(Note::Registered(number));
            }
            Action::Deregister { which } => {
                let count = self.registered.borrow().len();
                if count == 0 {
                    return;
                }
                let number = self.registered.borrow_mut().remove(which % count);
                self.with(number, |handler| handler.alive = false);
                let is_run = self.running.borrow().iter().any(|run| run.contains(&number));
                let departure = if is_run { Departure::Deferred } else { Departure::Complete };
                self.note(Note::Deregistered(number, departure));
            }
            Action::Invoke { event } => {
                let verdict = self.invoke(*event);
                self.note(Note::Decided(verdict));
            }
        }
    }

    fn invoke(&self, event: Said) -> Verdict {
        let run: Vec<_> = self.alive().collect();
        self.running.borrow_mut().push(run.clone());
        let mut votes = Vec::new();
        for number in run {
            let (alive, vote) = self.with(number, |handler| {
                if handler.alive {
                    let counters = &mut handler.counters;
                    counters.invocations += 1;
                    match handler.votes[event.vote] {
                        Vote::Allow => counters.allows += 1,
                        Vote::Deny(_) => counters.denies += 1,
                        Vote::Defer => counters.defers += 1,
                    }
                }
                (handler.alive, handler.votes[event.vote])
            });
            if !alive {
                continue;
            }
            self.note(Note::Heard(number));
            if event.act {
                let acts = self.with(number, |handler| std::mem::take(&mut handler.acts));
                acts.iter().for_each(|action| self.act(action));
            }
            votes.push(vote);
        }
        self.running.borrow_mut().pop();
        let denied = votes.iter().find(|vote| matches!(vote, Vote::Deny(_)));
        match denied {
            Some(Vote::Deny(errno)) => Verdict::Deny(*errno),
            _ if votes.contains(&Vote::Allow) => Verdict::Allow,
            _ => DEFAULT,
        }
    }

    fn alive(&self) -> impl Iterator<Item = usize> {
        let handlers = self.handlers.borrow();
        let alive: Vec<_> = handlers.iter().filter(|h| h.alive).map(|h| h.number).collect();
        alive.into_iter()
    }

    fn with<R>(&self, number: usize, change: impl FnOnce(&mut Expected) -> R) -> R {
        let mut handlers = self.handlers.borrow_mut();
        change(handlers.iter_mut().find(|handler| handler.number == number).unwrap())
    }
}

const DEFAULT: Verdict = Verdict::Deny(Errno::ACCES);

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn a_hook_point_does_what_the_model_does(actions in actions()) {
        let point = Box::leak(Box::new(Point::new(Threads, DEFAULT)));
        let (guards, notes, lives) = Default::default();
        let stage = Arc::new(Stage { point, guards, notes, lives });
        let model = Model::default();
        for action in actions {
            stage.act(&action);
            model.act(&action);
            prop_assert_eq!(&*stage.notes.lock().unwrap(), &*model.notes.borrow());
            prop_assert_eq!(point.is_empty(), model.alive().next().is_none());

            let expected: Vec<_> = model.alive().map(|number| {
                model.with(number, |handler| (handler.priority, handler.counters))
            }).collect();
            let listed: Vec<_> = point.handlers().unwrap().iter()
                .map(|handler| (handler.priority, handler.counters)).collect();
            prop_assert_eq!(listed, expected);
            for (number, guard) in &*stage.guards.lock().unwrap() {
                let expected = model.with(*number, |handler| handler.counters);
                prop_assert_eq!(guard.counters(), expected);
            }
            // No invocation runs: of those that are deregistered nothing is left.
            for (number, life) in stage.lives.lock().unwrap().iter().enumerate() {
                let alive = model.with(number, |handler| handler.alive);
                prop_assert_eq!(life.strong_count(), usize::from(alive));
            }
        }
        stage.guards.lock().unwrap().clear();
    }
}
