//! Types and signatures, as Rust writes them.

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::list_of;

/// `const fn path<T: Bound>(&self, name: Type) -> Type where Bounds`
pub(super) fn function(function: &Value, path: &str) -> Result<String> {
    let header = &function["header"];
    let mut text = String::new();
    for (flag, word) in [("is_const", "const "), ("is_async", "async "), ("is_unsafe", "unsafe ")] {
        if header[flag] == true {
            text += word;
        }
    }
    let (parameters, bounds) = parts_of_generics(&function["generics"])?;
    let arguments = each(&function["sig"]["inputs"], |argument| {
        let (name, argument) = (&argument[0], ty(&argument[1])?);
        Ok(match (name.as_str().context("argument without a name")?, argument.as_str()) {
            ("self", "Self") => "self".into(),
            ("self", "&Self") => "&self".into(),
            ("self", "&mut Self") => "&mut self".into(),
            (name, _) => format!("{name}: {argument}"),
        })
    })?;
    let output = output(&function["sig"]["output"])?;
    Ok(format!("{text}fn {path}{parameters}({arguments}){output}{bounds}"))
}

/// `impl<T> Trait for Type where Bounds`
pub(super) fn implementation(implementation: &Value) -> Result<String> {
    let (parameters, bounds) = parts_of_generics(&implementation["generics"])?;
    let not = if implementation["is_negative"] == true { "!" } else { "" };
    let (name, target) = (path(&implementation["trait"])?, ty(&implementation["for"])?);
    Ok(format!("impl{parameters} {not}{name} for {target}{bounds}"))
}

/// `<'a, T: Bound> where Bounds` of an item.
pub(super) fn generics(item: &Value) -> Result<String> {
    let (parameters, bounds) = parts_of_generics(&item["generics"])?;
    Ok(parameters + &bounds)
}

fn parts_of_generics(generics: &Value) -> Result<(String, String)> {
    let predicates = each(&generics["where_predicates"], |predicate| {
        let bound = &predicate["bound_predicate"];
        if bound.is_null() {
            bail!("a bound is not understood: {predicate}");
        }
        let binder = binder(&bound["generic_params"])?;
        Ok(format!("{binder}{}{}", ty(&bound["type"])?, bounds(&bound["bounds"], ": ")?))
    })?;
    let bounds = if predicates.is_empty() { String::new() } else { format!(" where {predicates}") };
    Ok((parameters(&generics["params"])?, bounds))
}

fn parameters(list: &Value) -> Result<String> {
    let mut shown = Vec::new();
    for parameter in list_of(list)? {
        let (name, kind) = (text(&parameter["name"])?, &parameter["kind"]);
        if let Some(lifetime) = kind.get("lifetime") {
            let outlives =
                each_with(&lifetime["outlives"], " + ", |other| Ok(text(other)?.into()))?;
            let colon = if outlives.is_empty() { "" } else { ": " };
            shown.push(format!("{name}{colon}{outlives}"));
        } else if let Some(parameter) = kind.get("type") {
            // An argument of the form `impl Trait` has a parameter of its own.
            if parameter["is_synthetic"] == false {
                shown.push(format!("{name}{}", bounds(&parameter["bounds"], ": ")?));
            }
        } else if let Some(constant) = kind.get("const") {
            shown.push(format!("const {name}: {}", ty(&constant["type"])?));
        } else {
            bail!("a parameter is not understood: {parameter}");
        }
    }
    Ok(if shown.is_empty() { String::new() } else { format!("<{}>", shown.join(", ")) })
}

/// `for<'a> `
fn binder(list: &Value) -> Result<String> {
    let parameters = parameters(list)?;
    Ok(if parameters.is_empty() { parameters } else { format!("for{parameters} ") })
}

/// Bounds behind what comes before them; nothing if there are none.
pub(super) fn bounds(list: &Value, before: &str) -> Result<String> {
    let bounds = each_with(list, " + ", |bound| {
        if let Some(lifetime) = bound.get("outlives") {
            return Ok(text(lifetime)?.into());
        }
        let bound = bound.get("trait_bound").context("a bound is not understood")?;
        let maybe = if bound["modifier"] == "maybe" { "?" } else { "" };
        Ok(format!("{}{maybe}{}", binder(&bound["generic_params"])?, path(&bound["trait"])?))
    })?;
    Ok(if bounds.is_empty() { bounds } else { format!("{before}{bounds}") })
}

/// A type.
pub(super) fn ty(ty: &Value) -> Result<String> {
    let Some((kind, inner)) = ty.as_object().and_then(|object| object.iter().next()) else {
        bail!("a type is not understood: {ty}");
    };
    Ok(match kind.as_str() {
        "primitive" | "generic" => text(inner)?.into(),
        "resolved_path" => path(inner)?,
        "tuple" => format!("({})", types(inner)?),
        "slice" => format!("[{}]", self::ty(inner)?),
        "array" => format!("[{}; {}]", self::ty(&inner["type"])?, text(&inner["len"])?),
        "borrowed_ref" => {
            let lifetime = match inner["lifetime"].as_str() {
                Some(lifetime) => format!("{lifetime} "),
                None => String::new(),
            };
            let mutable = if inner["is_mutable"] == true { "mut " } else { "" };
            format!("&{lifetime}{mutable}{}", self::ty(&inner["type"])?)
        }
        "raw_pointer" => {
            let mutable = if inner["is_mutable"] == true { "mut" } else { "const" };
            format!("*{mutable} {}", self::ty(&inner["type"])?)
        }
        "impl_trait" => bounds(inner, "impl ")?,
        "dyn_trait" => {
            let traits = each_with(&inner["traits"], " + ", |one| path(&one["trait"]))?;
            format!("dyn {traits}")
        }
        "function_pointer" => {
            let arguments = each(&inner["sig"]["inputs"], |argument| self::ty(&argument[1]))?;
            let binder = binder(&inner["generic_params"])?;
            format!("{binder}fn({arguments}){}", output(&inner["sig"]["output"])?)
        }
        "qualified_path" => {
            let (of, name) = (self::ty(&inner["self_type"])?, text(&inner["name"])?);
            match inner["trait"]["path"].as_str() {
                None | Some("") => format!("{of}::{name}"),
                Some(_) => format!("<{of} as {}>::{name}", path(&inner["trait"])?),
            }
        }
        other => bail!("a type of kind {other} is not understood"),
    })
}

fn output(output: &Value) -> Result<String> {
    Ok(if output.is_null() { String::new() } else { format!(" -> {}", ty(output)?) })
}

fn types(list: &Value) -> Result<String> {
    each(list, ty)
}

/// A path with its arguments.
fn path(path: &Value) -> Result<String> {
    Ok(format!("{}{}", text(&path["path"])?, arguments(&path["args"])?))
}

fn arguments(arguments: &Value) -> Result<String> {
    if arguments.is_null() {
        return Ok(String::new());
    }
    if let Some(called) = arguments.get("parenthesized") {
        return Ok(format!("({}){}", types(&called["inputs"])?, output(&called["output"])?));
    }
    let angled = arguments.get("angle_bracketed").context("arguments are not understood")?;
    let mut shown = Vec::new();
    for argument in list_of(&angled["args"])? {
        shown.push(match (argument.get("lifetime"), argument.get("type"), argument.get("const")) {
            (Some(lifetime), ..) => text(lifetime)?.into(),
            (_, Some(argument), _) => ty(argument)?,
            (.., Some(constant)) => text(&constant["expr"])?.into(),
            _ => bail!("an argument is not understood: {argument}"),
        });
    }
    for constraint in list_of(&angled["constraints"])? {
        let (name, binding) = (text(&constraint["name"])?, &constraint["binding"]);
        shown.push(match binding.get("constraint") {
            Some(list) => format!("{name}{}", bounds(list, ": ")?),
            None => format!("{name} = {}", ty(&binding["equality"]["type"])?),
        });
    }
    Ok(if shown.is_empty() { String::new() } else { format!("<{}>", shown.join(", ")) })
}

fn text(value: &Value) -> Result<&str> {
    value.as_str().with_context(|| format!("expected a text in rustdoc's JSON, found {value}"))
}

fn each(list: &Value, show: impl FnMut(&Value) -> Result<String>) -> Result<String> {
    each_with(list, ", ", show)
}

fn each_with(
    list: &Value,
    separator: &str,
    show: impl FnMut(&Value) -> Result<String>,
) -> Result<String> {
    Ok(list_of(list)?.iter().map(show).collect::<Result<Vec<_>>>()?.join(separator))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn named(name: &str) -> Value {
        json!({"resolved_path": {"path": name, "args": null}})
    }

    fn lifetime(name: &str) -> Value {
        json!({"name": name, "kind": {"lifetime": {"outlives": []}}})
    }

    #[test]
    fn types_are_written_as_rust_writes_them() {
        let bytes = json!({"slice": {"primitive": "u8"}});
        let borrowed = json!({
            "borrowed_ref": {"lifetime": "'a", "is_mutable": true, "type": bytes}
        });
        let option = json!({"resolved_path": {"path": "Option", "args": {"angle_bracketed": {
            "args": [{"lifetime": "'a"}, {"type": borrowed}], "constraints": []
        }}}});
        let pointer = json!({"function_pointer": {
            "generic_params": [lifetime("'b")],
            "sig": {"inputs": [["_", named("A")]], "output": {"tuple": []}}
        }});
        for (json, rust) in [
            (json!({"primitive": "u8"}), "u8"),
            (json!({"tuple": [named("A"), {"generic": "T"}]}), "(A, T)"),
            (json!({"array": {"type": named("A"), "len": "3"}}), "[A; 3]"),
            (option, "Option<'a, &'a mut [u8]>"),
            (pointer, "for<'b> fn(A) -> ()"),
        ] {
            assert_eq!(ty(&json).unwrap(), rust);
        }
        assert!(ty(&json!({"new": {}})).is_err());
        assert!(ty(&json!("infer")).is_err());
    }

    #[test]
    fn functions_are_written_as_rust_writes_them() {
        let of_type = |name: &str, bounds: Value, is_synthetic: bool| {
            let kind = json!({"bounds": bounds, "default": null, "is_synthetic": is_synthetic});
            json!({"name": name, "kind": {"type": kind}})
        };
        let bound = |name: &str, modifier: &str| {
            json!({"trait_bound": {
                "trait": {"path": name, "args": null}, "generic_params": [], "modifier": modifier
            }})
        };
        let into = json!([bound("Into", "none"), bound("Sized", "maybe"), {"outlives": "'a"}]);
        let this = json!({
            "borrowed_ref": {"lifetime": null, "is_mutable": false, "type": {"generic": "Self"}}
        });
        let json = json!({
            "header": {"is_const": true, "is_async": false, "is_unsafe": true},
            "generics": {
                "params": [
                    lifetime("'a"),
                    of_type("T", json!([]), false),
                    of_type("impl Into", json!([]), true)
                ],
                "where_predicates": [{"bound_predicate": {
                    "type": {"generic": "T"}, "bounds": into, "generic_params": []
                }}]
            },
            "sig": {
                "inputs": [["self", this], ["value", {"impl_trait": [bound("Into", "none")]}]],
                "output": named("A")
            }
        });
        let rust = "const unsafe fn a::b<'a, T>(&self, value: impl Into) -> A \
                    where T: Into + ?Sized + 'a";
        assert_eq!(function(&json, "a::b").unwrap(), rust);
    }
}
