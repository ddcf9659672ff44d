//! Those who act: each as a kernel does it, a step at a time.

use std::rc::Rc;

use veriexec::{Access, Action, Candidate, Errno, FileId, Located, Operation, Step, Verdict};

use crate::schedule::{Actor, pause};
use crate::world::{EVIL, GOOD, World, fingerprint, request};

/// What an actor does, to `/f` unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Executes it.
    Execute,
    /// Opens it for reading.
    Read,
    /// Opens it for writing, changes both of its pieces, and closes it.
    Write,
    /// Cuts it by path.
    Truncate,
    /// Changes it on the disk, raw.
    WriteRaw,
    /// Recycles the kernel's object of it.
    Recycle,
    /// Renames it, and back.
    RenameAway,
    /// Renames an unlisted file over it.
    ReplaceByRename,
    /// Removes it.
    Remove,
    /// Removes it, and makes another of the same name, which may get its inode number.
    RemoveAndMake,
    /// Deletes its entry, and lists it again, evaluated at once.
    Load,
    /// The same by the name that it may be renamed to.
    LoadAway,
}

impl Role {
    pub(crate) fn act(self, world: Rc<World>) -> Actor {
        world.know();
        match self {
            Self::Execute => Box::pin(access(world, Access::Direct)),
            Self::Read => Box::pin(access(world, Access::File)),
            Self::Write => Box::pin(write(world)),
            Self::Truncate => Box::pin(truncate(world)),
            Self::WriteRaw => Box::pin(write_raw(world)),
            Self::Recycle => Box::pin(recycle(world)),
            Self::RenameAway => Box::pin(rename_away(world)),
            Self::ReplaceByRename => Box::pin(replace(world)),
            Self::Remove => Box::pin(remove(world, false)),
            Self::RemoveAndMake => Box::pin(remove(world, true)),
            Self::Load => Box::pin(load(world, "/f")),
            Self::LoadAway => Box::pin(load(world, "/away")),
        }
    }
}

/// Makes a check in steps: the lock is held in each, and not between them.
async fn check(world: &World, action: Action<'static>, own_writers: usize) -> Verdict {
    let file = action.file().map(|file| file.id);
    let about = || file.into_iter().for_each(|file| world.ask(file));
    let operation = Operation { path: b"/f", action };
    about();
    let mut step = world.veriexec.borrow().begin(world, operation);
    loop {
        step = match step {
            Step::Decided(verdict) => return verdict,
            Step::Exclusive(operation) => {
                pause().await;
                about();
                world.veriexec.borrow_mut().settle(world, operation)
            }
            Step::Hash(ticket) => {
                pause().await;
                let hashed = world.hash(ticket.file(), own_writers).await;
                about();
                world.veriexec.borrow_mut().complete(world, ticket, hashed)
            }
        };
    }
}

async fn access(world: Rc<World>, access: Access) {
    let Some(file) = world.hold("/f") else { return };
    let _ = check(&world, Action::Access(file, access), 0).await;
    pause().await;
    world.let_go(file.id);
}

/// Opens for write: counted, asked about, and then able to write.
async fn open(world: &World, file: Located, action: Action<'static>) -> Result<(), Errno> {
    if world.kernel.counts_before_it_asks {
        world.add_writer(file.id);
        pause().await;
    }
    let verdict = check(world, action, 1).await;
    pause().await;
    match (verdict, world.kernel.counts_before_it_asks) {
        (Verdict::Allow, false) => world.add_writer(file.id),
        (Verdict::Deny(_), true) => world.remove_writer(file.id),
        _ => {}
    }
    verdict.into_result()
}

async fn write(world: Rc<World>) {
    let Some(file) = world.hold("/f") else { return };
    if open(&world, file, Action::Write(file)).await.is_ok() {
        change(&world, file.id).await;
        world.remove_writer(file.id);
    }
    world.let_go(file.id);
}

async fn truncate(world: Rc<World>) {
    let Some(file) = world.hold("/f") else { return };
    if open(&world, file, Action::Truncate(file)).await.is_ok() {
        world.write(file.id, 0, 0);
        world.write(file.id, 1, 0);
        pause().await;
        world.remove_writer(file.id);
    }
    world.let_go(file.id);
}

async fn write_raw(world: Rc<World>) {
    let Some(file) = world.hold("/f") else { return };
    let action = Action::RawWrite(Some(file.id.mount));
    let writers = world.raw_writers();
    writers.set(writers.get() + 1);
    pause().await;
    if check(&world, action, 0).await.is_allowed() {
        pause().await;
        change(&world, file.id).await;
    }
    writers.set(writers.get() - 1);
    world.let_go(file.id);
}

async fn change(world: &World, file: FileId) {
    for (at, byte) in EVIL.into_iter().enumerate() {
        world.write(file, at, byte);
        pause().await;
    }
}

async fn recycle(world: Rc<World>) {
    let Some(file) = world.hold("/f") else { return };
    pause().await;
    world.veriexec.borrow_mut().file_recycled(file.id);
    pause().await;
    world.let_go(file.id);
}

async fn rename_away(world: Rc<World>) {
    for (from, to) in [("/f", "/away"), ("/away", "/f")] {
        let Some(file) = world.hold(from) else { return };
        let action = Action::Rename { file, to: to.as_bytes(), target: None };
        let verdict = check(&world, action, 0).await;
        pause().await;
        if verdict.is_allowed() {
            world.rename(from, to);
            pause().await;
        }
        world.let_go(file.id);
    }
}

async fn replace(world: Rc<World>) {
    let (Some(file), target) = (world.hold("/other"), world.hold("/f")) else { return };
    let verdict = check(&world, Action::Rename { file, to: b"/f", target }, 0).await;
    pause().await;
    if verdict.is_allowed() {
        world.rename("/other", "/f");
        pause().await;
    }
    for held in target.into_iter().chain([file]) {
        world.let_go(held.id);
    }
}

async fn remove(world: Rc<World>, and_make: bool) {
    let Some(file) = world.hold("/f") else { return };
    let verdict = check(&world, Action::Remove(file), 0).await;
    pause().await;
    if verdict.is_allowed() {
        world.unlink("/f");
        pause().await;
    }
    world.let_go(file.id);
    if and_make && verdict.is_allowed() {
        pause().await;
        world.make("/f", EVIL);
    }
}

async fn load(world: Rc<World>, path: &'static str) {
    let _ = world.veriexec.borrow_mut().delete(&*world, path.as_bytes());
    pause().await;
    let begun = world.veriexec.borrow().now();
    pause().await;
    let good = fingerprint(GOOD);
    let candidate = Candidate::new(&*world, &request(path, &good, true), begun);
    let Ok(candidate) = candidate else { return };
    pause().await;
    let _ = world.veriexec.borrow_mut().add(&*world, path.as_bytes(), candidate);
}
