//! `derive(Model)`: one struct field is one attribute of a Terraform schema.
//!
//! The field's doc comment is its Markdown description; its options stand in `#[attribute(…)]`.

mod attribute;
mod documentation;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields, parse_macro_input};

/// Implements `tf_provider::Model` for a struct whose fields are all `Attr<…>`, or models marked `#[attribute(flatten)]`, whose
/// attributes stand among the struct's own.
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
    let (flattened, own): (Vec<_>, Vec<_>) = fields.named.iter().partition(|field| attribute::is_flattened(field));
    let attributes = own
        .into_iter()
        .map(attribute::AttributeField::parse)
        .collect::<syn::Result<Vec<_>>>()?;
    let descriptors = attributes.iter().map(attribute::AttributeField::descriptor);
    let mut by_name: Vec<_> = attributes.iter().collect();
    by_name.sort_by_key(|attribute| attribute.name());
    let reads = by_name.iter().map(|attribute| attribute.read());
    let writes = by_name.iter().map(|attribute| attribute.write());
    let name = &input.ident;
    let description = documentation::markdown(&input.attrs);
    let count = attributes.len();
    if !flattened.is_empty() {
        let fields: Vec<_> = flattened.iter().map(|field| &field.ident).collect();
        let types: Vec<_> = flattened.iter().map(|field| &field.ty).collect();
        return Ok(quote! {
            impl ::tf_provider::Model for #name {
                const DESCRIPTION: &'static str = #description;

                fn attributes() -> &'static [::tf_provider::schema::Attribute] {
                    static ATTRIBUTES: ::std::sync::LazyLock<::std::vec::Vec<::tf_provider::schema::Attribute>> =
                        ::std::sync::LazyLock::new(|| {
                            let mut attributes = ::std::vec![#(#descriptors),*];
                            #(attributes.extend_from_slice(<#types as ::tf_provider::Model>::attributes());)*
                            attributes
                        });
                    &*ATTRIBUTES
                }

                fn from_value(
                    value: &::tf_provider::Value,
                ) -> ::std::result::Result<Self, ::tf_provider::ModelError> {
                    let mut attributes = ::tf_provider::attributes_of(value)?;
                    ::std::result::Result::Ok(Self {
                        #(#reads,)*
                        #(#fields: <#types as ::tf_provider::Model>::from_value(value)?),*
                    })
                }

                fn to_value(&self) -> ::tf_provider::Value {
                    let mut attributes = ::tf_provider::Attributes::sorted(::std::vec![#(#writes),*]);
                    #(if let ::tf_provider::Value::Object(more) = ::tf_provider::Model::to_value(&self.#fields) {
                        attributes.extend(more);
                    })*
                    ::tf_provider::Value::Object(attributes)
                }
            }
        });
    }
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
                let mut attributes = ::tf_provider::attributes_of(value)?;
                ::std::result::Result::Ok(Self { #(#reads),* })
            }

            fn to_value(&self) -> ::tf_provider::Value {
                ::tf_provider::Value::Object(::tf_provider::Attributes::sorted(::std::vec![#(#writes),*]))
            }
        }
    })
}
