//! Requests without memory.

use kmod_ioctl::{Access, Call, Reply, Request, Width, dispatch};
use veriexec::Errno;

use crate::allocator::{blocks, with_allocations_but};
use crate::driver::{DEEP, Driver, file, load, text, with};

/// The sizes of what property lists share: a count of holders, and short bytes, longer bytes, or a
/// list. With stable Rust there is no way to say that there is no memory for these. A kernel has
/// one, and `RUSTC_BOOTSTRAP=1 RUSTFLAGS="--cfg no_global_oom_handling" cargo test -p kmod-ioctl`
/// uses it here: then none is spared.
const SHARED: &[usize] =
    if cfg!(no_global_oom_handling) { &[] } else { &[16 + 32, 16 + 64, 16 + 24] };

/// Lets each allocation of a request fail in turn, each time of a new driver. The answer is
/// `ENOMEM`, nothing has changed, nothing leaks, and the same request succeeds when there is memory
/// again.
///
/// Returns how many allocations there are.
pub(crate) fn fails_in_turn(request: Request, plist: Option<&[u8]>) -> usize {
    let number = request.number(Width::NATIVE);
    let call = Call { number, access: Access::READ_WRITE, plist };
    let mut allocations = 0;
    loop {
        let owed = blocks();
        let mut driver = Driver::learning();
        let before = driver.contents();
        let Driver { veriexec, files } = &mut driver;
        let answer =
            with_allocations_but(SHARED, allocations, || dispatch(veriexec, &*files, call));
        if answer.is_ok() {
            return allocations;
        }
        assert_eq!(answer, Err(Errno::NOMEM), "{request}: allocation {allocations}");
        assert_eq!(driver.contents(), before, "{request}: allocation {allocations}");
        assert!(driver.call(call).is_ok(), "{request}: allocation {allocations}");
        drop((driver, before));
        assert_eq!(blocks(), owed, "{request}: allocation {allocations} leaks");
        allocations += 1;
    }
}

#[test]
fn a_long_name_fails_in_more_places() {
    let in_turn = |request, plist: &[u8]| fails_in_turn(request, Some(plist));
    let short = in_turn(Request::Load, &text(&load("/b").into()));
    let deep = in_turn(Request::Load, &text(&load(DEEP).into()));
    assert!(deep > short, "{deep} and {short}");
}

#[test]
fn so_does_a_reply_that_grows() {
    let few = fails_in_turn(Request::Dump, None);
    let mut driver = Driver::learning();
    for path in ["/b", "/dir/c", "/mnt/d", DEEP] {
        driver.ask(Request::Load, &load(path)).unwrap();
    }
    let call =
        Call { number: Request::Dump.number(Width::NATIVE), access: Access::READ, plist: None };
    let Driver { veriexec, files } = &mut driver;
    let mut allocations = 0;
    let text = loop {
        let dumped =
            with_allocations_but(SHARED, allocations, || dispatch(veriexec, &*files, call));
        match dumped {
            Ok(Reply::Plist(text)) => break text,
            other => assert_eq!(other, Err(Errno::NOMEM)),
        }
        allocations += 1;
    };
    assert!(allocations > few, "{allocations} and {few}");
    assert_eq!(dispatch(veriexec, &*files, call), Ok(Reply::Plist(text)));
}

/// What a LOAD does when it is not the first, and what it finds there already.
#[test]
fn so_does_every_kind_of_load() {
    let evaluated = with(load("/b"), "eval-on-load", true);
    let elsewhere = load("/mnt/d");
    let another_name = load("/link");
    for message in [evaluated, elsewhere, another_name] {
        assert!(fails_in_turn(Request::Load, Some(&text(&message.into()))) > 0);
    }
    // What is there already, by the same name, still has to be read.
    assert!(fails_in_turn(Request::Load, Some(&text(&load("/a").into()))) > 0);
    assert!(fails_in_turn(Request::Delete, Some(&text(&file("/").into()))) > 0);
}
