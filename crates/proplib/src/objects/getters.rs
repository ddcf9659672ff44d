//! Looking at what a container has at a place, as the type that it is expected to be.

/// Getters by the argument of the container's `get`, for the strings, data, booleans, containers and
/// numbers there.
macro_rules! getters {
    ($container:ident, $at:ident: $place:ty, $where:literal) => {
        impl $container {
            #[doc = concat!("The bytes of the string ", $where, ", if it is one.")]
            #[must_use]
            pub fn get_string(&self, $at: $place) -> Option<&[u8]> {
                self.get($at)?.as_string().map($crate::PropString::as_bytes)
            }

            #[doc = concat!("The bytes of the data ", $where, ", if it is data.")]
            #[must_use]
            pub fn get_data(&self, $at: $place) -> Option<&[u8]> {
                self.get($at)?.as_data().map($crate::Data::as_bytes)
            }

            #[doc = concat!("The boolean ", $where, ", if it is one.")]
            #[must_use]
            pub fn get_bool(&self, $at: $place) -> Option<bool> {
                self.get($at)?.as_bool()
            }

            #[doc = concat!("The array ", $where, ", if it is one.")]
            #[must_use]
            pub fn get_array(&self, $at: $place) -> Option<&$crate::Array> {
                self.get($at)?.as_array()
            }

            #[doc = concat!("The dictionary ", $where, ", if it is one.")]
            #[must_use]
            pub fn get_dictionary(&self, $at: $place) -> Option<&$crate::Dictionary> {
                self.get($at)?.as_dictionary()
            }
        }

        getters! { $container, $at: $place, $where,
            u8 get_u8 to_u8;
            u16 get_u16 to_u16;
            u32 get_u32 to_u32;
            u64 get_u64 to_u64;
            i8 get_i8 to_i8;
            i16 get_i16 to_i16;
            i32 get_i32 to_i32;
            i64 get_i64 to_i64;
        }
    };
    (
        $container:ident, $at:ident: $place:ty, $where:literal,
        $($number:ident $getter:ident $convert:ident;)*
    ) => {
        impl $container {$(
            #[doc = concat!("The number ", $where, ", if it is one and fits a `", stringify!($number), "`, whatever its signedness.")]
            #[must_use]
            pub fn $getter(&self, $at: $place) -> Option<$number> {
                self.get($at)?.as_number()?.$convert()
            }
        )*}
    };
}

pub(super) use getters;
