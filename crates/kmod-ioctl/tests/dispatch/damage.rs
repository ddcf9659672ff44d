//! That no bytes whatever do harm.

use kmod_ioctl::{Access, Call, Request, Width};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::driver::{Driver, good};

/// Numbers of requests, most of them known.
fn numbers() -> impl Strategy<Value = u32> {
    let known = Request::ALL
        .into_iter()
        .flat_map(|request| [request.number(Width::Lp64), request.number(Width::Ilp32)])
        .collect::<Vec<_>>();
    prop_oneof![9 => select(known), 1 => any::<u32>()]
}

fn accesses() -> impl Strategy<Value = Access> {
    any::<(bool, bool)>().prop_map(|(read, write)| Access { read, write })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_do_any_harm(
        number in numbers(),
        access in accesses(),
        bytes in proptest::option::of(vec(any::<u8>(), 0..400)),
    ) {
        let mut driver = Driver::learning();
        let _ = driver.call(Call { number, access, plist: bytes.as_deref() });
    }

    #[test]
    fn no_damage_to_good_bytes_does_any_harm(
        number in numbers(),
        request in select(&[Request::Load, Request::Query][..]),
        damage in vec((any::<Index>(), any::<u8>()), 1..6),
        cut in any::<Index>(),
    ) {
        let mut plist = good(request).unwrap();
        for (index, byte) in damage {
            let at = index.index(plist.len());
            plist[at] = byte;
        }
        let keep = cut.index(2 * plist.len());
        plist.truncate(keep.max(1));
        let mut driver = Driver::learning();
        let _ = driver.call(Call { number, access: Access::READ_WRITE, plist: Some(&plist) });
    }
}
