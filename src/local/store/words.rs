//! Enumerations whose words stand in columns as they are called here.

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum $name { $($(#[$doc])* $variant),+ }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(match self { $(Self::$variant => stringify!($variant)),+ })
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::local::store::resources::UnknownKind;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text { $(stringify!($variant) => Ok(Self::$variant),)+ _ => Err(crate::local::store::resources::UnknownKind) }
            }
        }
    };
}

pub(crate) use words;
