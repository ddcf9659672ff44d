//! Taking a dictionary apart by a table of rules, prop_ingest(3).

use core::fmt;

use crate::{Array, Data, Dictionary, Kind, Number, Object, PropString};

/// What is to be done with a key of a dictionary, see [`Dictionary::ingest`].
///
/// The handler's second argument says which kind of object the rule takes: `bool`, [`Number`],
/// `&PropString`, `&Data`, `&Array`, `&Dictionary`, or `&Object` for any kind. `'k` is the key's
/// lifetime, `'d` the dictionary's; `C` is the context that handlers change, `E` their error.
pub struct Rule<'k, 'd, C, E> {
    key: &'k [u8],
    handler: Handler<'d, C, E>,
}

impl<'k, 'd, C, E> Rule<'k, 'd, C, E> {
    /// A key that must be there.
    #[must_use]
    pub fn required<T: Value<'d>>(key: &'k [u8], handler: fn(&mut C, T) -> Result<(), E>) -> Self {
        Self { key, handler: T::handler(Take::Required(handler)) }
    }

    /// A key that may be missing, which the handler is told with `None`.
    #[must_use]
    pub fn optional<T: Value<'d>>(
        key: &'k [u8],
        handler: fn(&mut C, Option<T>) -> Result<(), E>,
    ) -> Self {
        Self { key, handler: T::handler(Take::Optional(handler)) }
    }

    /// The key.
    #[must_use]
    pub const fn key(&self) -> &'k [u8] {
        self.key
    }

    /// The kind that the key's object must have; `None` if any will do.
    #[must_use]
    pub const fn kind(&self) -> Option<Kind> {
        Some(match self.handler {
            Handler::Any(_) => return None,
            Handler::Bool(_) => Kind::Bool,
            Handler::Number(_) => Kind::Number,
            Handler::String(_) => Kind::String,
            Handler::Data(_) => Kind::Data,
            Handler::Array(_) => Kind::Array,
            Handler::Dictionary(_) => Kind::Dictionary,
        })
    }

    fn apply(&self, context: &mut C, object: Option<&'d Object>) -> Result<(), IngestProblem<E>> {
        if let (Some(object), Some(expected)) = (object, self.kind())
            && object.kind() != expected
        {
            return Err(IngestProblem::WrongType { expected });
        }
        match &self.handler {
            Handler::Any(take) => take.apply(context, object),
            Handler::Bool(take) => take.apply(context, object.and_then(Object::as_bool)),
            Handler::Number(take) => take.apply(context, object.and_then(Object::as_number)),
            Handler::String(take) => take.apply(context, object.and_then(Object::as_string)),
            Handler::Data(take) => take.apply(context, object.and_then(Object::as_data)),
            Handler::Array(take) => take.apply(context, object.and_then(Object::as_array)),
            Handler::Dictionary(take) => {
                take.apply(context, object.and_then(Object::as_dictionary))
            }
        }
    }
}

impl<C, E> fmt::Debug for Rule<'_, '_, C, E> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Rule(\"{}\": ", self.key.escape_ascii())?;
        match self.kind() {
            Some(kind) => write!(out, "{kind})"),
            None => out.write_str("any)"),
        }
    }
}

impl Dictionary {
    /// Applies rules in their order, each to the object of its key. Keys without a rule are
    /// ignored.
    ///
    /// ```
    /// use proplib::ingest::{IngestProblem, Rule};
    /// use proplib::{Data, Dictionary, Number, PropString};
    ///
    /// #[derive(Debug, Default)]
    /// struct Load<'a> {
    ///     file: &'a [u8],
    ///     fingerprint: &'a [u8],
    ///     entry_type: u8,
    /// }
    ///
    /// let rules: [Rule<'_, '_, Load<'_>, &str>; 3] = [
    ///     Rule::required(b"file", |load, file: &PropString| {
    ///         load.file = file.as_bytes();
    ///         Ok(())
    ///     }),
    ///     Rule::required(b"fp", |load, fingerprint: &Data| {
    ///         load.fingerprint = fingerprint.as_bytes();
    ///         Ok(())
    ///     }),
    ///     Rule::optional(b"entry-type", |load, entry_type: Option<Number>| {
    ///         let Some(number) = entry_type else { return Ok(()) };
    ///         load.entry_type = number.to_u8().ok_or("not a byte")?;
    ///         Ok(())
    ///     }),
    /// ];
    ///
    /// let mut message = Dictionary::new();
    /// message.set_string(b"file", b"/bin/sh")?;
    /// message.set_data(b"fp", &[0x5a; 32])?;
    /// let mut load = Load::default();
    /// message.ingest(&rules, &mut load)?;
    /// assert_eq!(load.file, b"/bin/sh");
    /// assert_eq!(load.entry_type, 0);
    ///
    /// let mut strange = message.clone();
    /// strange.set_unsigned(b"entry-type", 300)?;
    /// let rules: [Rule<'_, '_, (), &str>; 1] = [
    ///     Rule::optional(b"entry-type", |(), number: Option<Number>| {
    ///         number.and_then(Number::to_u8).map(drop).ok_or("not a byte")
    ///     }),
    /// ];
    /// let error = strange.ingest(&rules, &mut ()).unwrap_err();
    /// assert_eq!(error.key, b"entry-type");
    /// assert_eq!(error.problem, IngestProblem::Handler("not a byte"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`IngestError`] of the first rule that fails; later rules are not applied.
    pub fn ingest<'k, 'd, C, E>(
        &'d self,
        rules: &[Rule<'k, 'd, C, E>],
        context: &mut C,
    ) -> Result<(), IngestError<'k, E>> {
        for rule in rules {
            let object = self.get(rule.key);
            rule.apply(context, object).map_err(|problem| IngestError {
                key: rule.key,
                found: object.map(Object::kind),
                problem,
            })?;
        }
        Ok(())
    }
}

/// Why a dictionary was not ingested: the first rule that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IngestError<'k, E> {
    /// The rule's key, `prop_ingest_context_key`.
    pub key: &'k [u8],
    /// The kind of its object, `prop_ingest_context_type`; `None` without one.
    pub found: Option<Kind>,
    /// What is wrong, `prop_ingest_context_error`.
    pub problem: IngestProblem<E>,
}

/// What is wrong with a key of a dictionary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IngestProblem<E> {
    /// It is missing, `PROP_INGEST_ERROR_NO_KEY`.
    NoKey,
    /// Its object is of another kind, `PROP_INGEST_ERROR_WRONG_TYPE`.
    WrongType {
        /// The kind that the rule takes.
        expected: Kind,
    },
    /// The handler failed, `PROP_INGEST_ERROR_HANDLER_FAILED`.
    Handler(E),
}

impl<E: fmt::Display> fmt::Display for IngestError<'_, E> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "key \"{}\": ", self.key.escape_ascii())?;
        match (&self.problem, self.found) {
            (IngestProblem::NoKey, _) => out.write_str("missing; expected one"),
            (IngestProblem::WrongType { expected }, Some(found)) => {
                write!(out, "{found}; expected {expected}")
            }
            (IngestProblem::WrongType { expected }, None) => write!(out, "expected {expected}"),
            (IngestProblem::Handler(error), _) => error.fmt(out),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> core::error::Error for IngestError<'_, E> {}

/// What a [`Rule`] can take: `bool`, [`Number`], `&PropString`, `&Data`, `&Array`, `&Dictionary`,
/// or `&Object` for any kind.
pub trait Value<'d>: sealed::Typed<'d> {}

impl<'d, T: sealed::Typed<'d>> Value<'d> for T {}

use sealed::{Handler, Take};

mod sealed {
    use super::{Array, Data, Dictionary, IngestProblem, Number, Object, PropString};

    pub trait Typed<'d>: Sized {
        fn handler<C, E>(take: Take<C, Self, E>) -> Handler<'d, C, E>;
    }

    /// The handler of a rule that takes a `T`.
    #[expect(missing_debug_implementations, reason = "only rules have it, and print without")]
    pub enum Take<C, T, E> {
        Required(fn(&mut C, T) -> Result<(), E>),
        Optional(fn(&mut C, Option<T>) -> Result<(), E>),
    }

    impl<C, T, E> Take<C, T, E> {
        pub(super) fn apply(
            &self,
            context: &mut C,
            value: Option<T>,
        ) -> Result<(), IngestProblem<E>> {
            match (self, value) {
                (Self::Required(handler), Some(value)) => handler(context, value),
                (Self::Required(_), None) => return Err(IngestProblem::NoKey),
                (Self::Optional(handler), value) => handler(context, value),
            }
            .map_err(IngestProblem::Handler)
        }
    }

    macro_rules! typed {
        ($($variant:ident: $type:ty;)*) => {
            /// The handler of any rule.
            #[expect(missing_debug_implementations, reason = "only rules have it, and print without")]
            pub enum Handler<'d, C, E> {
                $($variant(Take<C, $type, E>),)*
            }
            $(
                impl<'d> Typed<'d> for $type {
                    fn handler<C, E>(take: Take<C, Self, E>) -> Handler<'d, C, E> {
                        Handler::$variant(take)
                    }
                }
            )*
        };
    }

    typed! {
        Any: &'d Object;
        Bool: bool;
        Number: Number;
        String: &'d PropString;
        Data: &'d Data;
        Array: &'d Array;
        Dictionary: &'d Dictionary;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::{String, ToString};
    use alloc::vec::Vec;

    fn dictionary() -> Dictionary {
        let mut dictionary = Dictionary::new();
        dictionary.set_bool(b"bool", true).unwrap();
        dictionary.set_signed(b"number", -7).unwrap();
        dictionary.set_string(b"string", b"text").unwrap();
        dictionary.set_data(b"data", b"bytes").unwrap();
        dictionary.set(b"array", Array::new()).unwrap();
        dictionary.set(b"dictionary", Dictionary::new()).unwrap();
        dictionary
    }

    /// A context that lists what handlers were called with.
    type Calls = Vec<String>;

    /// A rule that lists any object, required or not.
    fn note<'d>(key: &'static [u8], required: bool) -> Rule<'static, 'd, Calls, &'static str> {
        if required {
            Rule::required(key, |calls: &mut Calls, object: &Object| {
                calls.push(format!("{object:?}"));
                Ok(())
            })
        } else {
            Rule::optional(key, |calls: &mut Calls, object: Option<&Object>| {
                calls.push(format!("{object:?}"));
                Ok(())
            })
        }
    }

    #[test]
    fn every_kind_reaches_its_handler() {
        macro_rules! rule {
            ($key:literal $type:ty) => {
                Rule::required($key, |calls: &mut Calls, value: $type| {
                    calls.push(format!("{value:?}"));
                    Ok::<(), ()>(())
                })
            };
        }
        let rules = [
            rule!(b"string" & PropString),
            rule!(b"data" & Data),
            rule!(b"bool" bool),
            rule!(b"number" Number),
            rule!(b"dictionary" & Dictionary),
            rule!(b"array" & Array),
            rule!(b"bool" & Object),
        ];
        let (dictionary, mut calls) = (dictionary(), Calls::new());
        assert_eq!(dictionary.ingest(&rules, &mut calls), Ok(()));
        assert_eq!(calls, ["\"text\"", "<6279746573>", "true", "-7", "{}", "[]", "true"]);
        let kinds: Vec<_> = rules.iter().map(Rule::kind).collect();
        let expected =
            [Kind::String, Kind::Data, Kind::Bool, Kind::Number, Kind::Dictionary, Kind::Array];
        assert_eq!(kinds[..6], expected.map(Some));
        assert_eq!(kinds[6], None);
    }

    #[test]
    fn an_optional_key_is_told_missing_and_a_required_one_fails() {
        let mut calls = Calls::new();
        let rules = [note(b"absent", false), note(b"absent too", true), note(b"bool", true)];
        let error = dictionary().ingest(&rules, &mut calls).unwrap_err();
        assert_eq!(
            error,
            IngestError { key: b"absent too", found: None, problem: IngestProblem::NoKey },
        );
        assert_eq!(calls, ["None"], "no rule is applied after the first that fails");
        assert_eq!(error.to_string(), "key \"absent too\": missing; expected one");
    }

    #[test]
    fn another_kind_is_refused_even_where_the_key_is_optional() {
        let dictionary = dictionary();
        macro_rules! refused {
            ($($key:literal $type:ty, $expected:ident;)*) => {$(
                let rules: [Rule<'_, '_, (), ()>; 2] = [
                    Rule::required($key, |(), _: $type| Ok(())),
                    Rule::optional($key, |(), _: Option<$type>| Ok(())),
                ];
                for rule in rules {
                    let error = dictionary.ingest(&[rule], &mut ()).unwrap_err();
                    let problem = IngestProblem::WrongType { expected: Kind::$expected };
                    let found = dictionary.get($key).map(Object::kind);
                    assert_eq!(error, IngestError { key: $key, found, problem });
                }
            )*};
        }
        refused! {
            b"number" bool, Bool;
            b"bool" Number, Number;
            b"data" &PropString, String;
            b"string" &Data, Data;
            b"dictionary" &Array, Array;
            b"array" &Dictionary, Dictionary;
        }
        let rule: Rule<'_, '_, (), &str> = Rule::optional(b"data", |(), _: Option<bool>| Ok(()));
        let error = dictionary.ingest(&[rule], &mut ()).unwrap_err();
        assert_eq!(error.to_string(), "key \"data\": data; expected bool");
    }

    #[test]
    fn a_handler_that_fails_is_the_last() {
        let mut calls = Calls::new();
        let fail = Rule::required(b"number", |_: &mut Calls, _: Number| Err("is odd"));
        let rules = [note(b"string", true), fail, note(b"bool", true)];
        let error = dictionary().ingest(&rules, &mut calls).unwrap_err();
        assert_eq!(error.found, Some(Kind::Number));
        assert_eq!(error.problem, IngestProblem::Handler("is odd"));
        assert_eq!(error.to_string(), "key \"number\": is odd");
        assert_eq!(calls, ["\"text\""]);
    }

    #[test]
    fn no_rule_takes_any_dictionary() {
        assert_eq!(dictionary().ingest::<(), ()>(&[], &mut ()), Ok(()));
        let rule: Rule<'_, '_, (), ()> = Rule::required(b"a\xff", |(), _: bool| Ok(()));
        assert_eq!(format!("{rule:?}"), r#"Rule("a\xff": bool)"#);
        assert_eq!(rule.key(), b"a\xff");
    }
}
