//! What Terraform would refuse of a provider's schemas, and how they are documented.
#![expect(non_snake_case, reason = "a name that Terraform refuses is one of the faults")]

#[path = "../examples/notebook/note.rs"]
mod note;
#[path = "../examples/notebook/provider.rs"]
mod provider;

use serde_json::json;
use tf_provider::schema::problems;
use tf_provider::{AnyResource, Attr, Diagnostics, Model, Provider, Set, schema_document};

#[test]
fn the_example_is_without_fault() {
    assert_eq!(problems(&provider::Notebook), Vec::<String>::new());
}

#[test]
fn the_document_tells_what_changes_an_attribute_in_place_and_what_replaces() {
    let document = schema_document(&provider::Notebook);
    let attributes = &document["resources"]["notebook_note"]["attributes"];
    assert_eq!(
        attributes[0],
        json!({
            "name": "title",
            "type": "string",
            "description": "Its title, which names the file. Upper and lower case are the same.",
            "required": true,
            "change": "replace",
            "spelling": "ignored",
            "wire": "title",
        })
    );
    assert_eq!(attributes[2]["default"], "yellow");
    assert_eq!(attributes[3]["type"], json!(["list", "object"]));
    assert_eq!(attributes[3]["attributes"][1]["attributes"][1]["change"], "update");
    assert_eq!(document["functions"]["shout"]["returns"], "string");
}

struct Faulty;

/// A configuration that breaks rules.
#[derive(Model, Clone, Debug, Default)]
struct FaultyConfig {
    /// A name of Terraform's own.
    #[attribute(optional)]
    alias: Attr<String>,
    /// No name.
    #[attribute(optional)]
    camelCase: Attr<String>,
    /// A default of another type, and flattened.
    #[attribute(default = 5, wire = "")]
    text: Attr<String>,
    /// Objects in lists in lists.
    #[attribute(optional)]
    deep: Attr<Vec<Attr<Vec<Attr<Inside>>>>>,
    /// Computed as a whole.
    #[attribute(computed)]
    computed: Attr<Inside>,
    /// A set.
    #[attribute(optional)]
    set: Attr<Set<Attr<Inside>>>,
    /// No strings.
    #[attribute(optional, keys)]
    keys: Attr<Vec<Attr<i64>>>,
}

/// An object.
#[derive(Model, Clone, Debug, Default)]
struct Inside {
    /// Optional, and forces replacement.
    #[attribute(optional, replace)]
    inner: Attr<String>,
}

impl Provider for Faulty {
    type Config = FaultyConfig;
    type Client = ();

    async fn configure(&self, _: FaultyConfig, _: &str) -> Result<(), Diagnostics> {
        Ok(())
    }

    fn resources(&self) -> Vec<Box<dyn AnyResource<()>>> {
        Vec::new()
    }
}

#[test]
fn every_fault_is_named_with_its_attribute() {
    assert_eq!(
        problems(&Faulty),
        [
            "provider: \"alias\" is a name of Terraform's own",
            "provider: camelCase: is no name (lower-case letters, digits and underscores)",
            "provider: text: a default does not fit the type",
            "provider: text: is flattened on the wire, but is no object",
            "provider: deep: nests objects in a collection of collections, which attributes cannot",
            "provider: computed.inner: can be set by the user, inside an object that cannot",
            "provider: set.inner: forces replacement inside a set, whose elements have no path: put it on the set",
            "provider: keys: stands for keys, but is no list or set of strings",
        ]
    );
}
