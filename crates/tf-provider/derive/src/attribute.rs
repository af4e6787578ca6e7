//! One field: its options, and the code that they become.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::meta::ParseNestedMeta;
use syn::parse::Parse;
use syn::parse::ParseStream;
use syn::{Field, GenericArgument, Ident, Lit, LitInt, LitStr, PathArguments, Token, Type, bracketed, parenthesized};

use crate::documentation;

/// One field and its `#[attribute(…)]` options.
pub(crate) struct AttributeField {
    ident: Ident,
    name: String,
    holds: Type,
    description: String,
    options: Options,
}

#[derive(Default)]
struct Options {
    flags: Vec<Ident>,
    default: Option<TokenStream>,
    service_default: Vec<TokenStream>,
    words: Option<Pair>,
    constant: Option<Pair>,
    check: Option<syn::Path>,
    same: Option<syn::Path>,
    wire: Option<LitStr>,
    variant: Option<LitStr>,
    replaces_when: Option<LitStr>,
    deprecated: Option<LitStr>,
}

/// Two texts in parentheses.
type Pair = (LitStr, LitStr);

const FLAGS: [&str; 10] = [
    "required",
    "optional",
    "computed",
    "sensitive",
    "write_only",
    "replace",
    "state_only",
    "keep",
    "keys",
    "identifies",
];

/// Whether the field is a model of its own whose attributes stand among those of the struct.
pub(crate) fn is_flattened(field: &Field) -> bool {
    let mut flattened = false;
    for attribute in field.attrs.iter().filter(|each| each.path().is_ident("attribute")) {
        // What else may stand there is read by `parse`.
        let _ = attribute.parse_nested_meta(|meta| {
            flattened |= meta.path.is_ident("flatten");
            Ok(())
        });
    }
    flattened
}

impl AttributeField {
    pub(crate) fn parse(field: &Field) -> syn::Result<Self> {
        let ident = field
            .ident
            .clone()
            .ok_or_else(|| syn::Error::new_spanned(field, "a Model has named fields"))?;
        let mut options = Options::default();
        let mut found = false;
        for attribute in field.attrs.iter().filter(|each| each.path().is_ident("attribute")) {
            found = true;
            attribute.parse_nested_meta(|meta| options.take(&meta))?;
        }
        if !found {
            return Err(syn::Error::new_spanned(
                field,
                "every field needs #[attribute(…)] with required, optional or computed",
            ));
        }
        let description = documentation::markdown(&field.attrs);
        if description.is_empty() {
            return Err(syn::Error::new_spanned(
                field,
                "the field's doc comment is the attribute's description; it is missing",
            ));
        }
        options.verify(&ident)?;
        Ok(Self {
            name: ident.unraw().to_string(),
            holds: held_type(&field.ty)?,
            ident,
            description,
            options,
        })
    }

    /// The attribute's name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The expression of the attribute's descriptor.
    pub(crate) fn descriptor(&self) -> TokenStream {
        let Self {
            name,
            holds,
            description,
            options,
            ..
        } = self;
        let mut flags: Vec<TokenStream> = options
            .flags
            .iter()
            .map(|flag| quote! { attribute.#flag = true; })
            .collect();
        if let Some(default) = &options.default {
            flags.push(quote! {
                attribute.default = ::std::option::Option::Some(#default);
                attribute.optional = true;
                attribute.computed = true;
            });
        }
        if !options.service_default.is_empty() {
            let defaults = &options.service_default;
            flags.push(quote! { attribute.service_default = &[#(#defaults),*]; });
        }
        for (option, pair) in [("words", &options.words), ("constant", &options.constant)] {
            if let Some((first, second)) = pair {
                let option = Ident::new(option, first.span());
                flags.push(quote! { attribute.#option = ::std::option::Option::Some([#first, #second]); });
            }
        }
        if let Some(check) = &options.check {
            // A call site instead of a function pointer, so that `fn(&str)` serves a `String`.
            flags.push(quote! {
                attribute.check = ::std::option::Option::Some(|value| {
                    let value = <#holds as ::tf_provider::Field>::from_known(value)
                        .map_err(|error| error.to_string())?;
                    #check(&value)
                });
            });
        }
        if let Some(same) = &options.same {
            flags.push(quote! { attribute.same = ::std::option::Option::Some(#same); });
        }
        for (option, text) in [
            ("wire", &options.wire),
            ("variant", &options.variant),
            ("replaces_when", &options.replaces_when),
            ("deprecated", &options.deprecated),
        ] {
            if let Some(text) = text {
                let option = Ident::new(option, text.span());
                flags.push(quote! { attribute.#option = ::std::option::Option::Some(#text); });
            }
        }
        quote! {{
            let mut attribute = ::tf_provider::schema::Attribute::new(
                #name,
                #description,
                <#holds as ::tf_provider::Field>::kind(),
            );
            #(#flags)*
            attribute
        }}
    }

    /// The field's initialiser from `attributes`, which are read in the order of their names.
    pub(crate) fn read(&self) -> TokenStream {
        let Self { ident, name, .. } = self;
        quote! { #ident: ::tf_provider::read_field(&mut attributes, #name)? }
    }

    /// The field's entry of the object value.
    pub(crate) fn write(&self) -> TokenStream {
        let Self { ident, name, .. } = self;
        quote! { (::std::borrow::Cow::Borrowed(#name), self.#ident.to_value()) }
    }
}

impl Options {
    fn take(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        let option = meta.path.require_ident()?.clone();
        match option.to_string().as_str() {
            name if FLAGS.contains(&name) => self.flags.push(option),
            "default" => self.default = Some(literal(meta.value()?)?),
            "service_default" => self.service_default = literals(meta.value()?)?,
            "words" => self.words = Some(pair(meta.value()?)?),
            "constant" => self.constant = Some(pair(meta.value()?)?),
            "check" => self.check = Some(meta.value()?.parse()?),
            "same" => self.same = Some(meta.value()?.parse()?),
            "wire" => self.wire = Some(meta.value()?.parse()?),
            "variant" => self.variant = Some(meta.value()?.parse()?),
            "replaces_when" => self.replaces_when = Some(meta.value()?.parse()?),
            "deprecated" => self.deprecated = Some(meta.value()?.parse()?),
            unknown => return Err(meta.error(format!("there is no option `{unknown}`"))),
        }
        Ok(())
    }

    fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|each| each == flag)
    }

    fn verify(&self, field: &Ident) -> syn::Result<()> {
        let wrong = |message| Err(syn::Error::new_spanned(field, message));
        if self.has("required") && (self.has("optional") || self.has("computed") || self.default.is_some()) {
            return wrong("required excludes optional, computed and default");
        }
        if !self.has("required") && !self.has("optional") && !self.has("computed") && self.default.is_none() {
            return wrong("say required, optional, computed or default");
        }
        if self.has("write_only") && (self.has("computed") || self.default.is_some()) {
            return wrong("a write_only value is never computed");
        }
        if self.has("replace") && (self.replaces_when.is_some() || self.has("state_only")) {
            return wrong("replace says it all: no replaces_when, no state_only");
        }
        if self.has("keep") && !self.has("computed") {
            return wrong("keep is for computed attributes");
        }
        Ok(())
    }
}

/// `("first", "second")`
fn pair(input: ParseStream<'_>) -> syn::Result<Pair> {
    let inside;
    parenthesized!(inside in input);
    let first = inside.parse()?;
    inside.parse::<Token![,]>()?;
    Ok((first, inside.parse()?))
}

/// Literals with `|` between them.
fn literals(input: ParseStream<'_>) -> syn::Result<Vec<TokenStream>> {
    let mut found = vec![literal(input)?];
    while input.parse::<Option<Token![|]>>()?.is_some() {
        found.push(literal(input)?);
    }
    Ok(found)
}

/// A literal as `tf_provider::schema::Literal`: a bool, a string, a number with or without a sign, or a list of whole numbers.
fn literal(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    if input.peek(syn::token::Bracket) {
        let inside;
        bracketed!(inside in input);
        return if inside.is_empty() {
            Ok(quote! { ::tf_provider::schema::Literal::Empty })
        } else {
            let numbers = inside.parse_terminated(LitInt::parse, Token![,])?;
            let numbers = numbers.iter();
            Ok(quote! { ::tf_provider::schema::Literal::Integers(&[#(#numbers),*]) })
        };
    }
    let minus: Option<Token![-]> = input.parse()?;
    let kind = match input.parse::<Lit>()? {
        Lit::Bool(value) if minus.is_none() => quote! { Bool(#value) },
        Lit::Str(text) if minus.is_none() => quote! { String(#text) },
        Lit::Int(number) => quote! { Integer(#minus #number) },
        Lit::Float(number) => quote! { Float(#minus #number) },
        other => {
            return Err(syn::Error::new_spanned(
                other,
                "expected a bool, a string, a number or a list of whole numbers",
            ));
        }
    };
    Ok(quote! { ::tf_provider::schema::Literal::#kind })
}

/// `T` of `Attr<T>`.
fn held_type(field: &Type) -> syn::Result<Type> {
    if let Type::Path(path) = field
        && let Some(last) = path.path.segments.last()
        && last.ident == "Attr"
        && let PathArguments::AngleBracketed(arguments) = &last.arguments
        && let Some(GenericArgument::Type(holds)) = arguments.args.first()
    {
        return Ok(holds.clone());
    }
    Err(syn::Error::new_spanned(
        field,
        format!("expected Attr<…>, found {}", field.to_token_stream()),
    ))
}
