//! The items of a crate, one on a line.

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::{list_of, signature};

/// Every public item, in the order of the paths.
///
/// # Errors
/// When rustdoc's JSON is not understood.
pub(super) fn list(mut json: Value) -> Result<Vec<String>> {
    let paths = json["paths"].take();
    shorten_paths(&mut json["index"], &paths);
    let mut listing = Listing { index: &json["index"], lines: Vec::new() };
    let root = listing.item(&json["root"])?;
    listing.module(root, name(root)?)?;
    listing.foreign_implementations()?;
    listing.lines.sort();
    listing.lines.dedup();
    Ok(listing.lines.into_iter().map(|(_, line)| line).collect())
}

/// Makes every path as short as a reader can bear: the last name alone, or behind the name of the
/// crate if that is neither this one nor the standard library.
fn shorten_paths(value: &mut Value, paths: &Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| shorten_paths(value, paths)),
        Value::Object(fields) => {
            let known = fields.get("id").map(|id| &paths[id.to_string()]["path"]);
            let path = known.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            if let ([Value::String(of), .., Value::String(name)], Some(written)) =
                (path, fields.get_mut("path"))
            {
                *written = match of.as_str() {
                    "proplib" | "core" | "alloc" | "std" => name.as_str().into(),
                    // A part of serde that nobody names.
                    "serde_core" => format!("serde::{name}").into(),
                    of => format!("{of}::{name}").into(),
                };
            }
            fields.values_mut().for_each(|value| shorten_paths(value, paths));
        }
        _ => {}
    }
}

struct Listing<'a> {
    index: &'a Value,
    /// By the path of the item.
    lines: Vec<(String, String)>,
}

impl<'a> Listing<'a> {
    fn item(&self, id: &Value) -> Result<&'a Value> {
        let item = self.index.get(id.to_string());
        item.with_context(|| format!("rustdoc's JSON has no item {id}"))
    }

    fn add(&mut self, path: &str, line: String) {
        self.lines.push((path.into(), line));
    }

    fn module(&mut self, module: &'a Value, path: &str) -> Result<()> {
        self.add(path, format!("pub mod {path}"));
        for id in list_of(&module["inner"]["module"]["items"])? {
            // What was stripped is not public.
            let Some(item) = self.index.get(id.to_string()) else { continue };
            let import = &item["inner"]["use"];
            if import.is_null() {
                self.any(item, &format!("{path}::{}", name(item)?))?;
            } else {
                let name = import["name"].as_str().context("use without a name")?;
                self.import(import, &format!("{path}::{name}"))?;
            }
        }
        Ok(())
    }

    /// An item of this crate stands where it is imported; of another crate's, the name is told.
    fn import(&mut self, import: &'a Value, path: &str) -> Result<()> {
        match self.index.get(import["id"].to_string()) {
            Some(item) if item["crate_id"] == 0 && import["is_glob"] == false => {
                self.any(item, path)
            }
            _ => {
                self.add(path, format!("pub use {} as {path}", import["source"]));
                Ok(())
            }
        }
    }

    fn any(&mut self, item: &'a Value, path: &str) -> Result<()> {
        let (kind, inner) = inner(item)?;
        match kind {
            "module" => return self.module(item, path),
            "struct" => {
                self.add(path, format!("pub struct {path}{}", signature::generics(inner)?));
                self.fields(&inner["kind"], path)?;
                self.implementations(inner, path)?;
            }
            "enum" => {
                self.add(path, format!("pub enum {path}{}", signature::generics(inner)?));
                for id in list_of(&inner["variants"])? {
                    self.variant(self.item(id)?, path)?;
                }
                self.implementations(inner, path)?;
            }
            "trait" => {
                let bounds = signature::bounds(&inner["bounds"], ": ")?;
                let generics = signature::generics(inner)?;
                self.add(path, format!("pub trait {path}{generics}{bounds}"));
                for id in list_of(&inner["items"])? {
                    self.associated(self.item(id)?, path, "")?;
                }
            }
            "function" => {
                self.add(path, format!("pub {}", signature::function(inner, path)?));
            }
            "constant" => {
                let ty = signature::ty(&inner["type"])?;
                self.add(path, format!("pub const {path}: {ty}"));
            }
            "type_alias" => {
                let ty = signature::ty(&inner["type"])?;
                self.add(path, format!("pub type {path}{} = {ty}", signature::generics(inner)?));
            }
            "macro" => self.add(path, format!("pub macro {path}")),
            other => bail!("{path}: an item of kind {other} is not understood"),
        }
        if list_of(&item["attrs"])?.iter().any(|attribute| attribute == "non_exhaustive") {
            self.add(path, format!("#[non_exhaustive] {path}"));
        }
        Ok(())
    }

    fn variant(&mut self, variant: &'a Value, of: &str) -> Result<()> {
        let path = format!("{of}::{}", name(variant)?);
        self.add(&path, format!("pub {path}"));
        self.fields(&variant["inner"]["variant"]["kind"], &path)
    }

    fn fields(&mut self, kind: &'a Value, path: &str) -> Result<()> {
        let fields = match kind {
            Value::String(_) => return Ok(()),
            kind => [&kind["plain"]["fields"], &kind["struct"]["fields"], &kind["tuple"]]
                .into_iter()
                .find(|fields| fields.is_array()),
        };
        for id in list_of(fields.with_context(|| format!("{path}: fields not understood"))?)? {
            // A private field of a tuple has no id.
            if id.is_null() {
                continue;
            }
            let field = self.item(id)?;
            if field["visibility"] == "public" || field["visibility"] == "default" {
                let ty = signature::ty(&field["inner"]["struct_field"])?;
                let path = format!("{path}::{}", name(field)?);
                self.add(&path, format!("pub {path}: {ty}"));
            }
        }
        Ok(())
    }

    fn implementations(&mut self, of: &'a Value, path: &str) -> Result<()> {
        for id in list_of(&of["impls"])? {
            let implementation = &self.item(id)?["inner"]["impl"];
            self.implementation(implementation, path)?;
        }
        Ok(())
    }

    /// What is implemented for types of other crates, such as conversions.
    fn foreign_implementations(&mut self) -> Result<()> {
        let items = self.index.as_object().context("rustdoc's JSON has no index")?;
        for item in items.values() {
            let implementation = &item["inner"]["impl"];
            let target = &implementation["for"]["resolved_path"]["id"];
            let is_ours = item["crate_id"] == 0 && implementation["blanket_impl"].is_null();
            if is_ours && !target.is_null() && self.index.get(target.to_string()).is_none() {
                let path = signature::ty(&implementation["for"])?;
                self.implementation(implementation, &format!("proplib::impl {path}"))?;
            }
        }
        Ok(())
    }

    fn implementation(&mut self, of: &'a Value, path: &str) -> Result<()> {
        // What the compiler implements by itself is listed where threads care.
        let of_trait = &of["trait"]["path"];
        let wanted = of["is_synthetic"] == false || of_trait == "Send" || of_trait == "Sync";
        if !wanted || !of["blanket_impl"].is_null() || of_trait == "StructuralPartialEq" {
            return Ok(());
        }
        if of_trait.is_null() {
            for id in list_of(&of["items"])? {
                self.associated(self.item(id)?, path, "pub ")?;
            }
            return Ok(());
        }
        let head = signature::implementation(of)?;
        self.add(&format!("{path}:impl"), head.clone());
        for id in list_of(&of["items"])? {
            let item = self.item(id)?;
            let (kind, inner) = inner(item)?;
            if kind == "assoc_type" {
                let ty = signature::ty(&inner["type"])?;
                let line = format!("{head} {{ type {} = {ty} }}", name(item)?);
                self.add(&format!("{path}:impl"), line);
            }
        }
        Ok(())
    }

    /// An item of a type or a trait.
    fn associated(&mut self, item: &'a Value, of: &str, visibility: &str) -> Result<()> {
        if !visibility.is_empty() && item["visibility"] != "public" {
            return Ok(());
        }
        let path = format!("{of}::{}", name(item)?);
        let (kind, inner) = inner(item)?;
        let line = match kind {
            "function" => signature::function(inner, &path)?,
            "assoc_const" => format!("const {path}: {}", signature::ty(&inner["type"])?),
            "assoc_type" => format!("type {path}{}", signature::bounds(&inner["bounds"], ": ")?),
            other => bail!("{path}: an item of kind {other} is not understood"),
        };
        self.add(&path, format!("{visibility}{line}"));
        Ok(())
    }
}

fn name(item: &Value) -> Result<&str> {
    item["name"].as_str().with_context(|| format!("item {} has no name", item["id"]))
}

/// What an item is, and all about it.
fn inner(item: &Value) -> Result<(&str, &Value)> {
    let inner = item["inner"].as_object().and_then(|inner| inner.iter().next());
    let (kind, inner) = inner.with_context(|| format!("item {} is nothing", item["id"]))?;
    Ok((kind, inner))
}
