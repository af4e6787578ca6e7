//! What `derive(Model)` makes of a struct.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use tf_provider::schema::{Kind, Literal};
use tf_provider::{Attr, Model, Set, Value, path};

/// A shelf of books.
#[derive(Model, Clone, Debug, Default, PartialEq)]
struct Shelf {
    /// Name of the shelf.
    ///
    /// Shown on its side.
    #[attribute(required, replace, wire = "name", check = short)]
    name: Attr<String>,
    /// How many books fit.
    #[attribute(default = -1, wire = "properties.capacity")]
    capacity: Attr<i64>,
    /// The books.
    #[attribute(optional, wire = "properties.books")]
    books: Attr<Vec<Attr<Book>>>,
    /// Words for it.
    #[attribute(optional, computed, keep)]
    labels: Attr<Set<Attr<String>>>,
    /// Who may read which book.
    #[attribute(optional, sensitive)]
    readers: Attr<BTreeMap<String, Attr<String>>>,
    /// Kind of shelf.
    #[attribute(optional, deprecated = "use `labels`", default = "wood")]
    r#type: Attr<String>,
}

/// One book.
#[derive(Model, Clone, Debug, Default, PartialEq)]
struct Book {
    /// Its title.
    #[attribute(required)]
    title: Attr<String>,
}

fn short(text: &str) -> Result<(), String> {
    if text.len() <= 5 {
        Ok(())
    } else {
        Err(format!("{text:?} is longer than 5 bytes"))
    }
}

fn shelf() -> Shelf {
    Shelf {
        name: "left".into(),
        capacity: Attr::Unknown,
        books: Attr::Known(vec![Attr::Known(Book { title: "Momo".into() }), Attr::Unknown]),
        labels: Attr::Known(Set(vec![Attr::Unknown, Attr::Unknown])),
        readers: Attr::Known(BTreeMap::from([("Momo".to_owned(), "all".into())])),
        r#type: Attr::Null,
    }
}

#[test]
fn a_model_survives_the_way_through_a_value() {
    assert_eq!(Shelf::from_value(&shelf().to_value()).unwrap(), shelf());
}

#[test]
fn options_and_documentation_reach_the_descriptor() {
    let attributes = Shelf::attributes();
    assert_eq!(Shelf::DESCRIPTION, "A shelf of books.");
    let name = &attributes[0];
    assert_eq!(name.description, "Name of the shelf.\n\nShown on its side.");
    assert!(name.required && name.replace && !name.computed);
    assert!((name.check.unwrap())(&Value::from("left")).is_ok());
    assert_eq!(
        (name.check.unwrap())(&Value::from("leftmost")),
        Err("\"leftmost\" is longer than 5 bytes".to_owned())
    );
    let capacity = &attributes[1];
    assert_eq!(capacity.default, Some(Literal::Integer(-1)));
    assert!(capacity.optional && capacity.computed);
    assert!(matches!(&attributes[2].kind, Kind::List(of) if matches!(**of, Kind::Object(_))));
    assert_eq!(attributes[5].name, "type");
}

#[test]
fn a_value_that_does_not_fit_is_named_by_its_path() {
    let mut value = shelf().to_value();
    let Value::Object(attributes) = &mut value else {
        panic!("a model is an object")
    };
    let book = Value::object([("title", Value::from(true))]);
    attributes.insert("books".into(), Value::List(vec![Value::Unknown, book]));
    let error = Shelf::from_value(&value).unwrap_err();
    assert_eq!(error.path, path!("books"[1]."title"));
    assert_eq!(error.to_string(), "books[1].title: expected a string, found a bool");
}
