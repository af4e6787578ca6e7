//! `derive(Model)`: one struct field is one attribute of a Terraform schema.
//!
//! The field's doc comment is its Markdown description; its options stand in `#[attribute(…)]`.

mod attribute;
mod documentation;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields, parse_macro_input};

/// Implements `tf_provider::Model` for a struct whose fields are all `Attr<…>`.
#[proc_macro_derive(Model, attributes(attribute))]
pub fn derive_model(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    model(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}

fn model(input: &DeriveInput) -> syn::Result<TokenStream> {
    let Data::Struct(data) = &input.data else {
        return Err(syn::Error::new_spanned(input, "Model is derived for structs only"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(syn::Error::new_spanned(input, "a Model has named fields"));
    };
    if !input.generics.params.is_empty() {
        return Err(syn::Error::new_spanned(
            &input.generics,
            "a Model has no type parameters",
        ));
    }
    let attributes = fields
        .named
        .iter()
        .map(attribute::AttributeField::parse)
        .collect::<syn::Result<Vec<_>>>()?;
    let descriptors = attributes.iter().map(attribute::AttributeField::descriptor);
    let reads = attributes.iter().map(attribute::AttributeField::read);
    let writes = attributes.iter().map(attribute::AttributeField::write);
    let name = &input.ident;
    let description = documentation::markdown(&input.attrs);
    let count = attributes.len();
    Ok(quote! {
        impl ::tf_provider::Model for #name {
            const DESCRIPTION: &'static str = #description;

            fn attributes() -> &'static [::tf_provider::schema::Attribute] {
                static ATTRIBUTES: ::std::sync::LazyLock<[::tf_provider::schema::Attribute; #count]> =
                    ::std::sync::LazyLock::new(|| [#(#descriptors),*]);
                &*ATTRIBUTES
            }

            fn from_value(
                value: &::tf_provider::Value,
            ) -> ::std::result::Result<Self, ::tf_provider::ModelError> {
                ::std::result::Result::Ok(Self { #(#reads),* })
            }

            fn to_value(&self) -> ::tf_provider::Value {
                ::tf_provider::Value::Object(::std::collections::BTreeMap::from([#(#writes),*]))
            }
        }
    })
}
