//! Who may ask what.

use kmod_ioctl::{Access, Call, REQUEST_LIMIT, Reply, Request, Width};
use veriexec::{Errno, StrictLevel};

use crate::driver::{Driver, good};

#[test]
fn permissions_come_before_the_property_list() {
    let accesses =
        [Access { read: false, write: false }, Access::READ, Access::WRITE, Access::READ_WRITE];
    for request in Request::ALL {
        let modifies = !matches!(request, Request::Query | Request::Dump);
        for level in StrictLevel::ALL {
            for access in accesses {
                let open = if modifies { access.write } else { access.read };
                let allowed = open && (!modifies || level == StrictLevel::Learning);
                let mut driver = Driver::at(level);
                driver.files.reports.borrow_mut().clear();
                let answer = driver.send(request, access, good(request).as_deref());
                let what = format!("{request} at {level} with {access:?}");
                if allowed {
                    assert!(answer.is_ok(), "{what}");
                    continue;
                }
                assert_eq!(answer, Err(Errno::PERM), "{what}");
                let reports = driver.files.reports.borrow().clone();
                if open {
                    let text = format!(
                        "Veriexec: Strict mode, modifying tables not permitted. denied: change the \
                         tables, level={}",
                        level.number()
                    );
                    assert_eq!(reports, [text], "{what}");
                } else {
                    assert!(reports.is_empty(), "{what}");
                }
                for garbage in [None, Some(&b"garbage"[..]), Some(&[b' '; REQUEST_LIMIT])] {
                    assert_eq!(driver.send(request, access, garbage), Err(Errno::PERM), "{what}");
                }
            }
        }
    }
}

#[test]
fn a_request_of_either_width_is_answered() {
    for request in Request::ALL {
        for width in [Width::Lp64, Width::Ilp32] {
            let plist = good(request);
            let number = request.number(width);
            let call = Call { number, access: Access::READ_WRITE, plist: plist.as_deref() };
            assert!(Driver::learning().call(call).is_ok(), "{request}");
        }
    }
}

#[test]
fn tablesize_reads_nothing_and_changes_nothing() {
    for plist in [None, Some(&b"garbage"[..]), Some(&[b' '; REQUEST_LIMIT])] {
        let mut driver = Driver::learning();
        let before = driver.contents();
        assert_eq!(driver.send(Request::TableSize, Access::WRITE, plist), Ok(Reply::Empty));
        assert_eq!(driver.contents(), before);
    }
}

#[test]
fn an_unknown_request_is_not_of_this_device() {
    for access in [Access { read: false, write: false }, Access::READ_WRITE] {
        for level in StrictLevel::ALL {
            // The last is LOAD with the size of neither width.
            for number in [0, 0x8010_5807, 0x8010_5301, 0x8018_5801] {
                let answer = Driver::at(level).call(Call { number, access, plist: None });
                assert_eq!(answer, Err(Errno::NODEV), "{number:#x}");
            }
        }
    }
}
