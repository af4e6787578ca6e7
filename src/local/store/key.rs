//! Keys of resources: ARM compares ids without regard to case, and so does the store.

use std::fmt;

use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::{Deserialize, Serialize};

/// An ARM id in the one spelling that is stored and compared.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Key(String);

impl Key {
    pub(crate) fn of(id: &str) -> Self {
        Self(id.trim_end_matches('/').to_lowercase())
    }

    /// Key of the resource group `name` of a subscription.
    pub(crate) fn resource_group(subscription: &str, name: &str) -> Self {
        Self::of(&format!("/subscriptions/{subscription}/resourceGroups/{name}"))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl ToSql for Key {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl FromSql for Key {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        String::column_result(value).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_id_have_one_key() {
        assert_eq!(
            Key::of("/subscriptions/A/resourcegroups/Rg/"),
            Key::resource_group("a", "rG")
        );
    }
}
